"""A folder for a USB stick or the local network, from which the course installs without internet.

It holds wheels for the platforms that are asked for, the models, the data, and the student's
notebooks with what they search, indexed. pip finds out which wheels another platform needs and
fetches them, a few at a time: what is there already is not fetched again. ``SHA256SUMS`` is written
last, so that a folder without it is unfinished.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, distribution
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from semascope.atomic import make_folder, replacing, write_atomically
from semascope.course import contents, notebooks, plain, start
from semascope.encoder import DEFAULT_MODEL, weights
from semascope.errors import CorruptModel, FileError, InvalidValue, SemascopeError
from semascope.progress import Progress

OLDEST_PYTHON = (3, 11)
AT_ONCE = 8  # wheels that one run of pip fetches: what an interruption may lose
ALSO = ("jupyterlab",)  # to open notebooks where there is no VS Code
SUMS = "SHA256SUMS"
PARTS = ".unfinished-"  # begins the name of what an interruption leaves
GLIBC = 28  # Linux of 2018 and later (Debian 10, Ubuntu 20.04, RHEL 8)
MACOS = "macosx_14_0_arm64"  # pip takes what is built for older ones too

# pip asks the Python that it runs in what a requirement's condition, such as
# `sys_platform == "win32"`, comes to; here it is told what the other computer would say.
PIP = """
import json, sys
from pip._vendor.packaging import markers
said = json.loads(sys.argv.pop(1))
assert callable(markers.default_environment)
markers.default_environment = lambda: dict(said)
from pip._internal.cli.main import main
sys.exit(main())
"""


@dataclass(frozen=True)
class Platform:
    """A kind of computer that a bundle can be for."""

    name: str
    tags: tuple[str, ...]  # of wheels that run on it
    says: Mapping[str, str]  # what its Python answers to a requirement's conditions (PEP 508)


@dataclass(frozen=True)
class Stage:
    """A part of the work."""

    label: str
    unit: str  # of what its progress counts
    run: Callable[[Progress], None]


@dataclass(frozen=True)
class Found:
    """A wheel that pip has chosen."""

    file: str
    url: str
    sha256: str


def _says(os_name: str, sys_platform: str, system: str, machine: str) -> dict[str, str]:
    return {
        "os_name": os_name,
        "sys_platform": sys_platform,
        "platform_system": system,
        "platform_machine": machine,
        "platform_release": "",
        "platform_version": "",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }


PLATFORMS = {
    "linux-x86_64": Platform(
        "Linux on x86-64",
        (
            *(f"manylinux_2_{minor}_x86_64" for minor in range(GLIBC, 4, -1)),
            *(f"manylinux{year}_x86_64" for year in (2014, 2010, 1)),
            "linux_x86_64",
        ),
        _says("posix", "linux", "Linux", "x86_64"),
    ),
    "macos-arm64": Platform(
        "macOS 14 or later on Apple silicon",
        (MACOS,),
        _says("posix", "darwin", "Darwin", "arm64"),
    ),
    "windows-x64": Platform(
        "Windows on x64", ("win_amd64",), _says("nt", "win32", "Windows", "AMD64")
    ),
}


def this_platform() -> str:
    """Return which of the `PLATFORMS` this computer is.

    Raises
    ------
    InvalidValue
        If it is none of them.
    """
    here = (sys.platform, platform.machine())
    for name, known in PLATFORMS.items():
        if here == (known.says["sys_platform"], known.says["platform_machine"]):
            return name
    raise InvalidValue(
        f"bundles are for {', '.join(PLATFORMS)}, and this computer is {' '.join(here)}: say which "
        "with --platform"
    )


def stages(folder: Path, platforms: Sequence[str] = (), pythons: Sequence[str] = ()) -> list[Stage]:
    """Return the parts of the work, to be run in their order.

    Parameters
    ----------
    folder : Path
        Where the bundle is to be; what is there already is completed.
    platforms : sequence of str, default ()
        Of `PLATFORMS`; by default the one of this computer.
    pythons : sequence of str, default ()
        Such as "3.12"; by default the Python that runs this.

    Raises
    ------
    InvalidValue
        If there is no such platform, or a Python is too old.
    """
    platforms = platforms or (this_platform(),)
    pythons = pythons or (".".join(map(str, sys.version_info[:2])),)
    for name in platforms:
        if name not in PLATFORMS:
            raise InvalidValue(f"there is no platform {name!r}; there are {', '.join(PLATFORMS)}")
    for python in pythons:
        if not re.fullmatch(r"3\.\d+", python) or _parts(python) < OLDEST_PYTHON:
            oldest = ".".join(map(str, OLDEST_PYTHON))
            raise InvalidValue(f"a Python is such as 3.12, and {oldest} or later, got {python!r}")
    found = [Stage("Building semascope's own wheel", "wheels", partial(_begin, folder))]
    for name, python in product(platforms, pythons):
        label = f"Fetching wheels: {PLATFORMS[name].name}, Python {python}"
        found.append(Stage(label, "wheels", partial(add_wheels, folder, name, python)))
    course = folder / "course"
    return [
        *found,
        Stage("Copying models", "models", partial(add_models, folder)),
        Stage("Copying data and notebooks", "files", partial(_add_files, folder)),
        Stage("Embedding the emoji", "emoji", partial(_index, start.index_emoji, course)),
        Stage("Embedding speeches", "passages", partial(_index, start.index_speeches, course)),
        Stage("Running the notebooks, for pages to read", "pages", partial(add_pages, folder)),
        Stage("Adding up", "files", partial(_seal, folder, platforms, pythons)),
    ]


def size(folder: Path) -> int:
    """Return how many bytes the files of a bundle have."""
    return sum(path.stat().st_size for path in _files(folder))


def add_wheels(folder: Path, platform: str, python: str, on_progress: Progress) -> None:
    """Put into ``wheels`` what a platform needs and is not there.

    Raises
    ------
    SemascopeError
        If a package has no wheel for it, or pip reaches no index; in pip's own words.
    """
    wheels = folder / "wheels"
    found = resolve(_own(wheels), platform, python)
    there = [wheel for wheel in found if _is_whole(wheels / wheel.file, wheel.sha256)]
    done, total = len(there), len(found)
    on_progress(done, total)
    missing = [wheel for wheel in found if wheel not in there]
    for first in range(0, len(missing), AT_ONCE):
        some = missing[first : first + AT_ONCE]
        with tempfile.TemporaryDirectory(dir=folder, prefix=PARTS) as temporary:
            urls = [f"{wheel.url}#sha256={wheel.sha256}" for wheel in some]
            _ask_pip(platform, python, "download", "--no-deps", "--dest", temporary, *urls)
            for path in Path(temporary).iterdir():
                path.replace(wheels / path.name)
        done += len(some)
        on_progress(done, total)


def resolve(own: Path, platform: str, python: str) -> list[Found]:
    """Return the wheels besides ``own`` that the course needs on a platform, as pip chooses them.

    Raises
    ------
    SemascopeError
        As `add_wheels`.
    """
    with tempfile.TemporaryDirectory() as temporary:
        report = Path(temporary, "report.json")
        _ask_pip(
            platform, python, "install", "--dry-run", "--ignore-installed", "--target", temporary,
            "--report", str(report), f"{own}[course]", *ALSO,
        )  # fmt: skip
        chosen = json.loads(report.read_text(encoding="utf-8"))["install"]
    found = []
    for one in chosen:
        url = one["download_info"]["url"]
        at = Path(url2pathname(urlsplit(url).path))
        if at.name == own.name:
            continue
        sha256 = one["download_info"]["archive_info"].get("hashes", {}).get("sha256")
        if sha256 is None and not url.startswith("file:"):
            raise SemascopeError(f"{url} comes without a SHA-256: use an index that states them")
        found.append(Found(at.name, url, sha256 or _sha256(at)))
    return found


def add_models(folder: Path, on_progress: Progress) -> None:
    """Copy the model as the cache has it, fetched if need be, and the others that are there."""
    names = [name for name in weights.KNOWN if name == DEFAULT_MODEL or weights.is_cached(name)]
    for done, name in enumerate(names):
        on_progress(done, len(names))
        home, sums = weights.locate(name)
        to = folder / "cache" / home.relative_to(weights.cache_folder())
        if all(_is_whole(to / file, sha256) for file, sha256 in sums.items()):
            continue
        make_folder(to.parent)
        with tempfile.TemporaryDirectory(dir=folder, prefix=PARTS) as temporary:
            copied = Path(shutil.copytree(home, Path(temporary, "model")))
            for file, sha256 in sums.items():
                if not _is_whole(copied / file, sha256):
                    raise CorruptModel(
                        f"{home / file} is damaged: delete {home}, and it is fetched anew"
                    )
            shutil.rmtree(to, ignore_errors=True)
            copied.rename(to)
    on_progress(len(names), len(names))


def _begin(folder: Path, on_progress: Progress) -> None:
    try:
        (folder / "wheels").mkdir(parents=True, exist_ok=True)
        (folder / SUMS).unlink(missing_ok=True)  # what is being changed is unfinished
        for left in folder.glob(f"{PARTS}*"):
            shutil.rmtree(left, ignore_errors=True)
    except OSError as error:
        raise FileError(f"{folder} cannot be written: {error.strerror}; choose another") from error
    with tempfile.TemporaryDirectory(dir=folder, prefix=PARTS) as temporary:
        own = build_own(Path(temporary))
        own.replace(folder / "wheels" / own.name)
    on_progress(1, 1)


def build_own(to: Path) -> Path:
    """Put a wheel of this semascope into a folder: built from its source, or fetched as released.

    Raises
    ------
    SemascopeError
        If neither is possible.
    """
    try:
        ours = distribution("semascope")
    except PackageNotFoundError as error:
        raise SemascopeError("semascope runs without being installed: install it first") from error
    origin = json.loads(ours.read_text("direct_url.json") or "{}")  # PEP 610
    if "dir_info" in origin:
        source = url2pathname(urlsplit(origin["url"]).path)
        _run_pip(["wheel", "--no-deps", "--wheel-dir", str(to), source], f"build {source}")
    else:
        wanted = f"semascope=={ours.version}"
        _run_pip(
            ["download", "--no-deps", "--only-binary=:all:", "--dest", str(to), wanted],
            f"fetch {wanted}, which is what is installed here; run it in a checkout instead",
        )
    return next(to.glob("*.whl"))


def _add_files(folder: Path, on_progress: Progress) -> None:
    """Copy data and notebooks; those of an earlier bundle are replaced."""
    from semascope import data

    home = data.path(data.NAMES[0]).parent
    copies = [(home / "LICENSES.md", folder / "data" / "LICENSES.md")]
    copies += [(data.path(name), folder / "data" / data.path(name).name) for name in data.NAMES]
    with tempfile.TemporaryDirectory() as temporary:
        start.write(Path(temporary))
        made = [path for path in Path(temporary).rglob("*") if path.is_file()]
        copies += [(path, folder / "course" / path.relative_to(temporary)) for path in made]
        for done, (source, to) in enumerate(copies, start=1):
            make_folder(to.parent)
            with replacing(to) as part:
                shutil.copyfile(source, part)
            on_progress(done, len(copies))


def add_pages(folder: Path, on_progress: Progress) -> None:
    """Put into ``pages`` each chapter with its solutions and what comes out of them.

    A page that is there already, of the same chapter, stays.
    """
    (folder / "pages").mkdir(exist_ok=True)
    entries = contents.entries()
    for done, entry in enumerate(entries):
        on_progress(done, len(entries))
        path = folder / "pages" / f"{entry.path.stem}.html"
        made_of = hashlib.sha256(notebooks.make(entry.number, "solution").encode()).hexdigest()
        mark = f"<!-- {made_of} -->\n"
        if not path.exists() or not path.read_text(encoding="utf-8").endswith(mark):
            text = plain.run_page(entry.number, folder / "course")
            write_atomically(path, (text + mark).encode())
    on_progress(len(entries), len(entries))


def _index(index: Callable[[Path, Progress], Path], course: Path, on_progress: Progress) -> None:
    index(course, on_progress)


def _seal(
    folder: Path, platforms: Sequence[str], pythons: Sequence[str], on_progress: Progress
) -> None:
    """Write README.txt and the checksums of all files, as `sha256sum --check` reads them."""
    write_atomically(folder / "README.txt", readme(platforms, pythons).encode())
    paths = sorted(_files(folder))
    lines = []
    for done, path in enumerate(paths, start=1):
        name = path.relative_to(folder).as_posix()
        lines.append(f"{_sha256(path)}  {name}\n")
        on_progress(done, len(paths))
    write_atomically(folder / SUMS, "".join(lines).encode())


def readme(platforms: Iterable[str], pythons: Iterable[str]) -> str:
    """Return what to do with a bundle, in plain text."""
    names = "; ".join(PLATFORMS[name].name for name in platforms)
    return f"""\
semascope: the course, without internet

For: {names}
With Python: {" or ".join(pythons)}, installed beforehand (python.org, no extras); another
one says "No matching distribution found"

1. Copy this folder to your own disk, and open a terminal in the copy.

2. Install. On Linux and macOS:

   python3 -m venv env && . env/bin/activate
   python -m pip install --no-index --find-links wheels "semascope[course]"
   export SEMASCOPE_CACHE="$PWD/cache"

   On Windows, in PowerShell:

   py -m venv env; env\\Scripts\\Activate.ps1
   python -m pip install --no-index --find-links wheels "semascope[course]"
   $env:SEMASCOPE_CACHE = "$PWD\\cache"

   (If PowerShell refuses to run scripts, use the old command prompt:
   env\\Scripts\\activate.bat, and set SEMASCOPE_CACHE=%CD%\\cache)

3. Look whether all is well; the last line begins with PASS:

   semascope doctor

4. Open course/01_vector.ipynb in VS Code, and choose the Python of this
   folder's env as its kernel. No VS Code? JupyterLab is here as well:

   python -m pip install --no-index --find-links wheels jupyterlab
   jupyter lab course

In a new terminal, activate env and set SEMASCOPE_CACHE again.

What is here: wheels (Python packages), cache (the models), data (with
data/LICENSES.md, whose they are), course (notebooks, and what they search),
pages (the notebooks with all that comes out, to be read in any browser).
Is the copy whole?  sha256sum --check --quiet {SUMS}
On macOS: shasum -a 256 --check --quiet {SUMS}
"""


def _ask_pip(platform: str, python: str, *arguments: str) -> None:
    """Run pip as if on another platform."""
    there = PLATFORMS[platform]
    versions = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_version": f"{python}.0",
    }
    command, *rest = arguments
    tags = [part for tag in there.tags for part in ("--platform", tag)]
    options = ["--only-binary=:all:", "--python-version", python, "--implementation", "cp", *tags]
    said = json.dumps({**there.says, **versions})
    doing = f"find all wheels for {there.name}, Python {python}"
    _run_pip([command, *options, *rest], doing, said)


def _run_pip(arguments: Sequence[str], doing: str, said: str = "") -> None:
    """Run pip; ``doing`` is what an error says that it cannot."""
    environment = dict(os.environ)
    if not importlib.util.find_spec("pip"):
        *_, bundled = weights._pip()  # a wheel that Python brings along
        if not bundled.endswith("pip"):
            raise SemascopeError(
                "a bundle is made with pip, which is not here: python -m ensurepip"
            )
        environment["PYTHONPATH"] = bundled
    runner = ["-c", PIP, said] if said else ["-m", "pip"]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    command = [sys.executable, *runner, *arguments, *quiet]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SemascopeError(f"pip cannot {doing}: {_reason(done.stderr)}")


def _reason(said: str) -> str:
    """Return what matters of pip's errors."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if any("connection" in line and "Retrying" in line for line in lines):
        return "no package index answers. Connect to the network, and run it again"
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["no reason given"])[-1]


def _own(wheels: Path) -> Path:
    """Return the newest of semascope's own wheels in a folder."""
    return max(wheels.glob("semascope-*.whl"), key=lambda path: path.stat().st_mtime)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != SUMS]


def _is_whole(path: Path, sha256: str) -> bool:
    return path.is_file() and _sha256(path) == sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parts(python: str) -> tuple[int, ...]:
    return tuple(map(int, python.split(".")))
