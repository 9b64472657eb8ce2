"""How much disk an installation takes.

    python benchmarks/install.py

Makes a fresh virtual environment, lets its pip install this checkout with all that it requires, and
adds up the blocks that the files of the environment occupy, as ``du`` does: pip itself and the
bytecode that it compiles included, the model (91 MB, in the user's cache) not. A package's size is
that of the files that it says it installed.
"""

import argparse
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path

from common import CHECKOUT, print_machine, print_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--largest", type=int, default=10, help="number of packages listed")
    largest = parser.parse_args().largest

    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder, "environment")
        venv.create(environment, with_pip=True)
        python = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", str(CHECKOUT)], check=True)
        site_packages = next(environment.rglob("site-packages"))
        sizes = {d.name: on_disk(files_of(d)) for d in distributions(path=[str(site_packages)])}
        total = on_disk(environment.rglob("*"))

    print_machine("pip")
    rows = [[f"the environment, {len(sizes)} packages", *units(total)]]
    by_size = sorted(sizes.items(), key=lambda item: -item[1])
    rows += [[name, *units(size)] for name, size in by_size[:largest]]
    print_table(["installed", "MiB", "MB"], rows)
    print(f"\ntorch is {'PRESENT' if 'torch' in sizes else 'absent'}.")


def files_of(package: Distribution) -> list[Path]:
    return [Path(str(package.locate_file(file))) for file in package.files or []]


def on_disk(paths: Iterable[Path]) -> int:
    """Return the bytes that files and folders occupy, each counted once."""
    found = {path: path.lstat() for path in paths if path.exists()}
    return sum(getattr(s, "st_blocks", -(-s.st_size // 512)) * 512 for s in found.values())


def units(size: int) -> tuple[str, str]:
    return f"{size / 2**20:,.0f}", f"{size / 1e6:,.0f}"


if __name__ == "__main__":
    main()
