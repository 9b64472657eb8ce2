"""What `import semascope` gives, and what it costs."""

import pytest

import semascope as sema

NAMES = {
    "Collection",
    "Encoder",
    "SemascopeError",
    "Space",
    "cosine_similarity",
    "explain",
    "in_context",
    "index",
    "leave_one_out",
    "load",
    "open",
    "probe",
}


def test_the_public_names_are_these():
    assert set(sema.__all__) == NAMES
    assert sorted(NAMES) == sema.__all__


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_public_name_can_be_imported_and_is_documented(name):
    assert getattr(sema, name).__doc__


def test_dir_lists_the_public_names_and_the_version():
    assert set(dir(sema)) == NAMES | {"__version__"}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"'semascope' has no attribute 'encode'"):
        _ = sema.encode


def test_importing_semascope_imports_nothing_heavy(run_python):
    code = "import semascope, sys; print(*sys.modules)"
    imported = {name.partition(".")[0] for name in run_python(code).split()}
    heavy = {"igraph", "lance", "matplotlib", "numpy", "openTSNE", "openvino", "pyarrow", "rich"}
    assert imported & heavy == set()


def test_encoding_imports_neither_the_database_nor_the_plots(run_python):
    code = "import semascope, sys; semascope.load().encode('uncle'); print(*sys.modules)"
    imported = {name.partition(".")[0] for name in run_python(code).split()}
    assert "openvino" in imported
    assert imported & {"huggingface_hub", "lance", "matplotlib", "pyarrow", "scipy"} == set()
