"""Whether this computer is ready for the course: eight looks, a remedy for each, and a code."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from semascope.errors import SemascopeError

OLDEST_PYTHON = (3, 11)
FREE = 1.0  # GB: the model, the indexes and room to work
SLOWEST = 20.0  # short texts a second: below that, the first hour computes for minutes
TEXTS = 256  # short texts that speed is measured with
UNCLE_AUNT = 0.7339  # sentence-transformers' own cosine, to four places
INSTALL = "pip install 'semascope[course]'"


@dataclass(frozen=True)
class Finding:
    """What one look found."""

    name: str
    is_well: bool
    text: str  # what was found and, where it is not well, what to do


def examine() -> Iterator[Finding]:
    """Yield what is found, one look at a time; the model is fetched if it is not here."""
    for name, look in LOOKS.items():
        try:
            yield Finding(name, True, look())
        except SemascopeError as error:
            yield Finding(name, False, str(error))
        except Exception as error:  # noqa: BLE001  (a broken installation may raise anything)
            yield Finding(name, False, f"{type(error).__name__}: {error}. Try: {INSTALL}")


def code() -> str:
    """Return what an instructor looks for: the same for all who have the same model.

    It begins with the digits of the cosine that was measured here, and ends with the first
    digits of the checksum of the weights that lie here.
    """
    import semascope as sema

    digits = f"{_uncle_aunt():.4f}".removeprefix("0.")
    return f"PASS {digits}-{sema.load(precision='f32').revision[:4].upper()}"


def _python() -> str:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        raise SemascopeError(f"{found} is too old: install Python {oldest} or later")
    return f"{found}, {sys.executable}"


def _packages() -> str:
    missing = [name for name in ("jupytext", "nbclient", "ipykernel") if not find_spec(name)]
    if missing:
        raise SemascopeError(f"there is no {' and no '.join(missing)}: {INSTALL}")
    return "what notebooks need is here"


def _kernel() -> str:
    from jupyter_client.kernelspec import KernelSpecManager

    command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    here = Path(sys.executable)
    if shutil.which(command) and Path(command).name != command and Path(command) != here:
        raise SemascopeError(
            f"notebooks would run in {command}, not in {here}. Choose the kernel by hand, or: "
            f"{here} -m ipykernel install --user --name python3"
        )
    return f"notebooks run in {here.parent}; choose it where they ask for a kernel"


def _disk() -> str:
    from semascope.encoder.weights import cache_folder

    at = next(path for path in (cache_folder(), *cache_folder().parents) if path.exists())
    free = min(shutil.disk_usage(place).free for place in (at, Path.cwd())) / 1e9
    if free < FREE:
        raise SemascopeError(f"{free:.1f} GB are free; {FREE:.0f} GB are needed: make room")
    return f"{free:,.0f} GB free"


def _model() -> str:
    import semascope as sema

    return f"all-MiniLM-L6-v2, weights {sema.load(precision='f32').revision[:8]}"


def _speed() -> str:
    import semascope as sema

    model, texts = sema.load(), [f"text number {i} of those that are timed" for i in range(TEXTS)]
    model.encode(texts[:1])
    began = time.perf_counter()
    model.encode(texts)
    speed = TEXTS / (time.perf_counter() - began)
    if speed < SLOWEST:
        raise SemascopeError(
            f"{speed:.0f} short texts a second are too few: close other programs, plug in the "
            "charger, or share a neighbor's screen"
        )
    return f"{speed:,.0f} short texts a second"


def _numbers() -> str:
    found = _uncle_aunt()
    if round(found, 4) != UNCLE_AUNT:
        raise SemascopeError(
            f"uncle and aunt have the cosine {found:.4f}, not {UNCLE_AUNT}: tell the authors of "
            "semascope, with the name of your processor"
        )
    return f"uncle·aunt = {found:.4f}"


def _picture() -> str:
    import numpy as np

    from semascope import plot

    png = plot.render(plot.bars(np.linspace(-1, 1, 8, dtype=np.float32), "a picture"), ".png")
    if not png.startswith(b"\x89PNG"):
        raise SemascopeError(f"no picture was drawn. Try: {INSTALL}")
    return "a picture draws"


def _uncle_aunt() -> float:
    import semascope as sema

    uncle, aunt = sema.load(precision="f32").encode(["uncle", "aunt"])
    return sema.cosine_similarity(uncle, aunt)


LOOKS: dict[str, Callable[[], str]] = {
    "Python": _python,
    "packages": _packages,
    "kernel": _kernel,
    "disk": _disk,
    "model": _model,
    "speed": _speed,
    "numbers": _numbers,
    "picture": _picture,
}
