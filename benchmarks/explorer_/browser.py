"""A browser that is warm, and what can be told of a page in it: when, how often, how much."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from math import cos, pi, sin
from time import perf_counter
from typing import NamedTuple

import numpy as np
import psutil
from PIL import Image
from playwright.async_api import Browser, Page, Request, async_playwright

from common import CHECKOUT

sys.path.append(str(CHECKOUT / "scripts"))
from get_browser import find_browser

SIZE = {"width": 1280, "height": 720}
OPTIONS = ["--no-sandbox", "--disable-background-networking"]  # root's browser has no sandbox
PATIENCE = 120_000  # ms until a page that shows nothing is given up
MOVING = 3.0  # s
TICK = 0.008  # s between events of a mouse, as usual
ROUND = 100  # events of a circle
WHEEL = 10  # pixels of a turn of the wheel
TURNS = 62  # in one direction, half a second: the map comes 3.5 times as near

# Resolved in the frame after the one in which the map was drawn
SHOWN = """() => new Promise((resolve) => {
  const isDrawn = ({ width, height }, pen) => {
    const pixels = new Uint32Array(pen.getImageData(0, 0, width, height).data.buffer);
    return pixels.some((pixel) => pixel !== pixels[0]);
  };
  const look = () => {
    const canvas = document.querySelector("canvas[data-drawn]");
    const shown = canvas && isDrawn(canvas, canvas.getContext("2d"));
    requestAnimationFrame(shown ? resolve : look);
  };
  look();
})"""
LISTED = """(text) => new Promise((resolve) => {
  const isThere = () => document.documentElement.textContent.includes(text);
  const look = () => requestAnimationFrame(isThere() ? resolve : look);
  look();
})"""
DRAWN = """() => [
  performance.now() / 1000,
  Number(document.querySelector("canvas[data-drawn]").dataset.drawn),
]"""
# A place in the middle of the map that nothing lies above
FREE = """() => {
  const canvas = document.querySelector("canvas[data-drawn]");
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const around = Array.from({ length: 400 }, (_, at) => {
    const reach = Math.sqrt(at / 400) / 2;
    const [across, down] = [Math.cos(at * 2.4) * reach, Math.sin(at * 2.4) * reach];
    return [left + width * (0.5 + across), top + height * (0.5 + down)];
  });
  return around.find(([x, y]) => document.elementFromPoint(x, y) === canvas);
}"""
# From the next key to the list of what its query finds, and to the map that was drawn after
ANSWERED = """() => {
  const canvas = document.querySelector("canvas[data-drawn]");
  let [pressed, asked, listed, drawn] = [0, false, 0, ""];
  const press = ({ timeStamp }) => (pressed = timeStamp);
  addEventListener("keydown", press, { once: true, capture: true });
  window.answered = new Promise((resolve, reject) => {
    setTimeout(reject, 20_000, new Error("no results within 20 s of a key"));
    const look = () => {
      const results = document.querySelector("[role=tabpanel] [aria-busy]");
      if (!pressed || !results) return;
      if (results.getAttribute("aria-busy") === "true") asked = true;
      else if (asked && !listed && results.querySelector("li button")) {
        [listed, drawn] = [performance.now(), canvas.dataset.drawn];
      }
      if (!listed || canvas.dataset.drawn === drawn) return;
      watching.disconnect();
      resolve([listed - pressed, performance.now() - pressed]);
    };
    const watching = new MutationObserver(look);
    watching.observe(document.body, { subtree: true, childList: true, attributes: true });
  });
}"""
# Nothing but the largest canvas is left to be seen
ALONE = """() => {
  const area = (canvas) => canvas.clientWidth * canvas.clientHeight;
  const [map] = [...document.querySelectorAll("canvas")].sort((a, b) => area(b) - area(a));
  document.querySelectorAll("*").forEach(({ style }) => style?.setProperty("visibility", "hidden"));
  if (!map || !area(map)) return null;
  map.style.setProperty("visibility", "visible");
  const { x, y, width, height } = map.getBoundingClientRect();
  return { x, y, width, height };
}"""


class Answer(NamedTuple):
    """What a key came to, in ms since it."""

    listed: float  # results in the page
    drawn: float  # and lit up on the map


class WarmBrowser:
    """The browser that is installed, headless, after it has shown something."""

    def __init__(self, browser: Browser, driver: psutil.Process):
        self.version = browser.version
        self._browser = browser
        self._driver = driver  # started the browser, and is not of it

    @asynccontextmanager
    async def empty_tab(self) -> AsyncIterator[Page]:
        """Open a tab that knows of no other: its cache is empty."""
        context = await self._browser.new_context(viewport=SIZE)
        context.set_default_timeout(PATIENCE)
        yield await context.new_page()
        await context.close()

    def memory(self) -> float:
        """Return the memory of all its processes in MB: of what they share, their share."""
        total = 0
        for process in self._driver.children(recursive=True):
            with suppress(psutil.NoSuchProcess):  # it has just ended
                total += process.memory_full_info().pss
        return total / 1e6


@asynccontextmanager
async def warm_browser() -> AsyncIterator[WarmBrowser]:
    """Start the browser, and end it."""
    executable = await asyncio.to_thread(find_browser)
    if executable is None:
        raise SystemExit("there is no Chromium here: python scripts/get_browser.py")
    async with async_playwright() as playwright:
        (driver,) = psutil.Process().children()
        browser = await playwright.chromium.launch(executable_path=executable, args=OPTIONS)
        warm = WarmBrowser(browser, driver)
        async with warm.empty_tab() as page:
            await page.set_content("<canvas></canvas>")
            await page.screenshot()
        yield warm
        await browser.close()


class Traffic:
    """What a page has been sent."""

    def __init__(self, page: Page):
        self._finished: list[Request] = []
        self._queries: list[str] = []
        page.on("requestfinished", self._finish)
        page.on("request", self._notice)

    async def sent(self, kind: str | None = None) -> int:
        """Return the bytes of bodies as they were sent, of all or of one type of resource."""
        some = [request for request in self._finished if kind in (None, request.resource_type)]
        return sum([await _length(request) for request in some])

    def last_query(self) -> str:
        """Return what was searched for last."""
        return self._queries[-1]

    def _finish(self, request: Request) -> None:
        self._finished.append(request)

    def _notice(self, request: Request) -> None:
        if request.url.endswith("/api/search"):
            self._queries.append(request.post_data_json["query"])


async def _length(request: Request) -> int:
    response = await request.response()
    stated = response and response.headers.get("content-length")
    if stated:  # of a worker's script nothing else is known
        return int(stated)
    return (await request.sizes())["responseBodySize"]


async def pan(page: Page) -> float:
    """Drag the map in circles by the mouse; return how many frames it drew a second."""
    x, y = await page.evaluate(FREE)

    def move(step: int) -> Coroutine[None, None, None]:
        angle = 2 * pi * step / ROUND
        return page.mouse.move(x + 120 * (1 - cos(angle)), y + 120 * sin(angle))

    await page.mouse.move(x, y)
    await page.mouse.down()
    rate = await _frames(page, move)
    await page.mouse.up()
    return rate


async def zoom(page: Page) -> float:
    """Turn the wheel, nearer and back in turn; return how many frames the map drew a second."""

    def turn(step: int) -> Coroutine[None, None, None]:
        return page.mouse.wheel(0, WHEEL if step // TURNS % 2 else -WHEEL)

    await page.mouse.move(*await page.evaluate(FREE))
    return await _frames(page, turn)


async def _frames(page: Page, act: Callable[[int], Coroutine[None, None, None]]) -> float:
    """Return how many frames a second the map draws while a mouse acts, which waits for nobody."""
    start, before = await page.evaluate(DRAWN)
    began, acts = perf_counter(), []
    while (passed := perf_counter() - began) < MOVING:
        acts.append(asyncio.create_task(act(len(acts))))
        await asyncio.sleep(max(0, len(acts) * TICK - passed))
    end, after = await page.evaluate(DRAWN)
    await asyncio.gather(*acts)
    return (after - before) / (end - start)


async def type_in(page: Page, traffic: Traffic, query: str) -> list[Answer]:
    """Type a query, each key when the one before is answered; return what each letter came to."""
    box = page.get_by_role("searchbox", name="Search")
    await box.fill("")
    answers = []
    for at, key in enumerate(query):
        await page.evaluate(ANSWERED)
        await box.press("Space" if key == " " else key)
        answer = Answer(*await page.evaluate("() => window.answered"))
        asked = query[: at + 1].strip()
        if traffic.last_query() != asked:
            raise SystemExit(f"typed {asked!r}, but {traffic.last_query()!r} was searched for")
        if key != " ":  # finds what was there before
            answers.append(answer)
    return answers


async def drawn_pixels(page: Page) -> int:
    """Return how many pixels of the page's largest canvas differ from its corner."""
    box = await page.evaluate(ALONE)
    if box is None:
        return 0
    with Image.open(io.BytesIO(await page.screenshot(clip=box))) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    return int((pixels != pixels[0, 0]).any(axis=2).sum())
