"""Find a Chromium that the tests of the explorer can drive, or get one.

python scripts/get_browser.py
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DEBIAN = Path("/etc/debian_version")  # of Ubuntu too, where the package is only a pointer to a snap


def find_browser() -> Path | None:
    """Return the Chromium or Chrome that the system has, else Playwright's own, else None."""
    found = [Path(path) for name in NAMES if (path := shutil.which(name))]
    return next((path for path in [*found, *playwrights()] if starts(path)), None)


def get_browser() -> Path:
    """Return a Chromium, which is fetched where there is none.

    Raises
    ------
    SystemExit
        With a sentence about what to install, if none can be had.
    """
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    install = [sys.executable, "-m", "playwright", "install", "--no-shell"]
    ways = [[[*install, *(["--with-deps"] if root else []), "chromium"]]]
    if root and DEBIAN.exists():
        ways += [[["apt-get", "update"], ["apt-get", "install", "--yes", "chromium"]]]
    browser = find_browser()
    while browser is None and ways:
        for command in ways.pop(0):
            attempt(command)
        browser = find_browser()
    if browser is None:
        raise SystemExit(
            "The tests of the explorer need Chromium or Chrome on the path: "
            "on Debian, apt install chromium; elsewhere, see https://www.chromium.org"
        )
    return browser


def attempt(command: list[str]) -> None:
    """Run a command; if it fails, say its last line: another way may be left."""
    print("No Chromium here, so:", *command, file=sys.stderr)
    try:
        ended = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            check=False,
        )
    except OSError as error:
        print(error, file=sys.stderr)
        return
    if ended.returncode:
        print("failed:", *ended.stdout.strip().splitlines()[-1:], file=sys.stderr)


def playwrights() -> list[Path]:
    """Return where Playwright keeps the Chromium of its version, which need not be there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return [Path(playwright.chromium.executable_path)]


def starts(browser: Path) -> bool:
    """Whether a browser can run here: a pointer to a missing snap cannot even say its version."""
    if not browser.exists():
        return False
    try:
        asked = subprocess.run([browser, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


if __name__ == "__main__":
    get_browser()
