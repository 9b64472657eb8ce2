"""The bundle: what another computer needs, fetched once, whole, and enough without a network.

pip is the real one, and its index a folder of small wheels. That an installation from a real bundle
works is tried when SEMASCOPE_TEST_BUNDLE is set: it fetches 400 MB.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from semascope.cli import course, main
from semascope.course import bundle, contents, plain, start
from semascope.encoder import weights
from semascope.errors import CorruptModel, InvalidValue, SemascopeError
from semascope.progress import silent

NEEDED = [
    'pure; extra == "course"',
    'native; extra == "course"',
    'windowish; extra == "course" and sys_platform == "win32"',
    'backport; extra == "course" and python_version < "3.12"',
]


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Return a folder that is all of pip's index: four packages, one of them not for macOS."""
    made = tmp_path / "shelf"
    made.mkdir()
    for name in ("pure", "windowish", "backport"):
        make_wheel(made, name)
    make_wheel(made, "native", tag="cp312-cp312-win_amd64")
    make_wheel(made, "native", tag="cp312-cp312-manylinux_2_17_x86_64")
    make_wheel(made, "native", tag="cp311-cp311-manylinux_2_28_x86_64")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(made))
    monkeypatch.setattr(bundle, "ALSO", ())
    monkeypatch.setattr(bundle, "build_own", lambda to: make_wheel(to, "semascope", NEEDED))
    return made


@pytest.fixture
def stick(tmp_path, shelf):
    """Return a bundle in which there is as yet semascope's own wheel."""
    bundle._begin(tmp_path / "stick", silent)
    return tmp_path / "stick"


def make_wheel(folder, name, requires=(), tag="py3-none-any"):
    path = folder / f"{name}-1.0-{tag}.whl"
    extra = "Provides-Extra: course\n" if name == "semascope" else ""
    needs = "".join(f"Requires-Dist: {one}\n" for one in requires)
    about = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(
            f"{about}/METADATA",
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{extra}{needs}",
        )
        archive.writestr(
            f"{about}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n"
        )
        archive.writestr(f"{about}/RECORD", "")
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("platform", "python", "expected"),
    [
        (
            "windows-x64",
            "3.12",
            [
                "native-1.0-cp312-cp312-win_amd64",
                "pure-1.0-py3-none-any",
                "windowish-1.0-py3-none-any",
            ],
        ),
        (
            "linux-x86_64",
            "3.12",
            ["native-1.0-cp312-cp312-manylinux_2_17_x86_64", "pure-1.0-py3-none-any"],
        ),
        (
            "linux-x86_64",
            "3.11",
            [
                "backport-1.0-py3-none-any",
                "native-1.0-cp311-cp311-manylinux_2_28_x86_64",
                "pure-1.0-py3-none-any",
            ],
        ),
    ],
)
def test_conditions_are_those_of_the_other_computer(stick, platform, python, expected):
    told = []
    bundle.add_wheels(stick, platform, python, lambda *progress: told.append(progress))
    assert told == [(0, len(expected)), (len(expected), len(expected))]
    found = names(stick / "wheels")
    assert found == sorted(
        [*(f"{name}.whl" for name in expected), "semascope-1.0-py3-none-any.whl"]
    )
    assert names(stick) == ["wheels"]  # nothing half-written stays


def test_a_platform_without_wheels_is_named(stick):
    with pytest.raises(SemascopeError, match=r"macOS 14 .* Python 3\.12: .*native"):
        bundle.add_wheels(stick, "macos-arm64", "3.12", silent)
    assert names(stick) == ["wheels"]


def test_what_is_there_is_not_fetched_again_unless_it_is_damaged(stick, monkeypatch):
    bundle.add_wheels(stick, "windows-x64", "3.12", silent)
    asked = []
    ask = bundle._ask_pip

    def counted(*arguments):
        asked.append(arguments[2])
        ask(*arguments)

    monkeypatch.setattr(bundle, "_ask_pip", counted)
    bundle.add_wheels(stick, "windows-x64", "3.12", silent)
    assert asked == ["install"]  # finds out what is needed
    pure = stick / "wheels" / "pure-1.0-py3-none-any.whl"
    whole = pure.read_bytes()
    pure.write_bytes(whole[:-10])
    bundle.add_wheels(stick, "windows-x64", "3.12", silent)
    assert asked == ["install", "install", "download"]
    assert pure.read_bytes() == whole


def test_an_index_that_is_out_of_reach_is_said_in_plain_words():
    said = (
        "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError'\n"
        "ERROR: No matching distribution found for click\n"
    )
    assert bundle._reason(said).startswith("no package index answers. Connect to the network")
    assert bundle._reason("ERROR: one\nERROR: two\n") == "two"
    assert bundle._reason("") == "no reason given"


def test_models_are_copied_whole_and_once(tmp_path, monkeypatch):
    cache = tmp_path / "from"
    source = weights.KNOWN["all-MiniLM-L6-v2"]
    sums = {"model.safetensors": hashlib.sha256(b"numbers").hexdigest()}
    ours = weights.Source(source.repository, source.revision, (), sums)
    monkeypatch.setenv("SEMASCOPE_CACHE", str(cache))
    monkeypatch.setattr(weights, "KNOWN", {"all-MiniLM-L6-v2": ours})
    ours.folder.mkdir(parents=True)
    (ours.folder / "model.safetensors").write_bytes(b"numbers")
    (ours.folder / "LICENSE").write_text("free")
    stick = tmp_path / "stick"
    stick.mkdir()
    bundle.add_models(stick, silent)
    copy = stick / "cache" / ours.folder.relative_to(cache)
    assert names(copy) == ["LICENSE", "model.safetensors"]
    (copy / "LICENSE").write_text("as it was")
    bundle.add_models(stick, silent)
    assert (copy / "LICENSE").read_text() == "as it was"  # not copied again
    (copy / "model.safetensors").write_bytes(b"num")
    bundle.add_models(stick, silent)
    assert (copy / "model.safetensors").read_bytes() == b"numbers"
    (ours.folder / "model.safetensors").write_bytes(b"others")
    (copy / "model.safetensors").unlink()
    with pytest.raises(CorruptModel, match="is damaged: delete"):
        bundle.add_models(stick, silent)
    assert names(stick) == ["cache"]


def test_a_bundle_is_made_by_one_command_and_its_sums_add_up(shelf, tmp_path, monkeypatch):
    for name in ("index_emoji", "index_speeches"):
        monkeypatch.setattr(start, name, lambda *_: None)
    monkeypatch.setattr(bundle, "add_models", lambda *_: None)
    monkeypatch.setattr(plain, "run_page", lambda number, _: f"chapter {number}\n")
    stick = tmp_path / "stick"
    arguments = ["course", "bundle", str(stick), "--platform", "windows-x64", "--python", "3.12"]
    found = CliRunner().invoke(main, arguments)
    assert found.exit_code == 0, found.output
    assert " MB, complete" in found.stdout
    assert names(stick) == ["README.txt", "SHA256SUMS", "course", "data", "pages", "wheels"]
    assert {"01_vector.ipynb", "progress.toml"} <= set(names(stick / "course"))
    assert {"LICENSES.md", "speeches.parquet"} <= set(names(stick / "data"))
    lines = (stick / bundle.SUMS).read_text().splitlines()
    sums = dict(reversed(line.split("  ", 1)) for line in lines)
    files = [path for path in stick.rglob("*") if path.is_file() and path.name != bundle.SUMS]
    assert sums.keys() == {path.relative_to(stick).as_posix() for path in files}
    for path in files:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        assert sums[path.relative_to(stick).as_posix()] == found
    if tool := shutil.which("sha256sum"):
        subprocess.run([tool, "--check", "--quiet", bundle.SUMS], cwd=stick, check=True)


def test_a_page_is_made_again_only_if_its_chapter_has_changed(stick, monkeypatch):
    made = []
    monkeypatch.setattr(plain, "run_page", lambda number, _: made.append(number) or "page\n")
    bundle.add_pages(stick, silent)
    assert made == [entry.number for entry in contents.entries()]
    bundle.add_pages(stick, silent)
    changed = stick / "pages" / "02_similarity.html"
    changed.write_text("page\n<!-- of another chapter -->\n")
    del made[:]
    bundle.add_pages(stick, silent)
    assert made == [2]


def test_a_bundle_that_is_being_changed_has_no_sums(stick):
    (stick / bundle.SUMS).write_text("of before")
    (stick / f"{bundle.PARTS}left").mkdir()
    bundle._begin(stick, silent)
    assert names(stick) == ["wheels"]


def test_the_readme_says_for_whom_and_how():
    text = bundle.readme(["windows-x64", "macos-arm64"], ["3.11", "3.12"])
    assert "For: Windows on x64; macOS 14 or later on Apple silicon" in text
    assert "With Python: 3.11 or 3.12" in text
    assert text.count('pip install --no-index --find-links wheels "semascope[course]"') == 2
    assert max(map(len, text.splitlines())) <= 80


def test_wrong_arguments_are_refused(monkeypatch, tmp_path):
    with pytest.raises(InvalidValue, match="there is no platform 'amiga'"):
        bundle.stages(tmp_path, ["amiga"])
    for python in ("3.10", "2.7", "three", "3.12.1"):
        with pytest.raises(InvalidValue, match=r"3\.11 or later, got"):
            bundle.stages(tmp_path, ["linux-x86_64"], [python])
    monkeypatch.setattr(bundle.platform, "machine", lambda: "s390x")
    with pytest.raises(InvalidValue, match="s390x: say which with --platform"):
        bundle.stages(tmp_path)


def test_the_command_knows_all_platforms():
    (option,) = [one for one in course.bundle.params if one.name == "platforms"]
    assert list(option.type.choices) == list(bundle.PLATFORMS)


@pytest.mark.skipif(
    not os.environ.get("SEMASCOPE_TEST_BUNDLE"),
    reason="fetches 400 MB and takes three minutes: set SEMASCOPE_TEST_BUNDLE=1",
)
@pytest.mark.skipif(sys.platform != "linux", reason="blocks the network with unshare, of Linux")
def test_an_installation_from_a_bundle_works_without_network(tmp_path):
    """What README.txt says, in a namespace that has no network at all."""
    stick = tmp_path / "stick"
    for stage in bundle.stages(stick):
        stage.run(silent)
    pages = [path.read_text(encoding="utf-8") for path in (stick / "pages").iterdir()]
    assert len(pages) == len(contents.entries())
    assert not any(re.search(r"<samp>\w*Error:", page) for page in pages)
    venv.create(tmp_path / "env", with_pip=True)
    script = """
        set -e
        if python -c 'import socket; socket.create_connection(("1.1.1.1", 443), 3)' 2>/dev/null
        then echo "there is a network"; exit 1; fi
        sha256sum --check --quiet SHA256SUMS
        python -m pip install --no-index --find-links wheels "semascope[course]" --quiet
        export SEMASCOPE_CACHE="$PWD/cache"
        semascope doctor
        python -m pip install --no-index --find-links wheels jupyterlab --quiet
        jupyter lab --version
    """
    environment = {
        "PATH": f"{tmp_path / 'env' / 'bin'}:{os.defpath}",
        "HOME": str(tmp_path),
        "PIP_CONFIG_FILE": os.devnull,
    }
    done = subprocess.run(
        ["/usr/bin/unshare", "--net", "--map-root-user", "sh", "-c", script],
        cwd=stick, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stderr
    assert "PASS 7339-53AA" in done.stdout
    assert f"{Path('env', 'bin')}" in done.stdout  # Python and kernel are the new ones
