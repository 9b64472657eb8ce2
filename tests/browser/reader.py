"""A reader of the explorer's page, who points, clicks, types and looks as a person does."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

import semascope as sema

PATIENCE = 30_000  # ms; a machine may be slow, and nothing here measures time
SETTLED = """() => new Promise((resolve) => {
  let still = 0, last = null;
  const look = () => {
    const { drawn } = document.querySelector("canvas").dataset;
    still = drawn && drawn === last ? still + 1 : 0;
    last = drawn;
    still > 4 ? resolve() : requestAnimationFrame(look);
  };
  look();
})"""


def address(**chosen: object) -> str:
    """Return an address's part behind the #, as the page writes it."""
    return "&".join(f"{name}={quote(json.dumps(value))}" for name, value in chosen.items())


class Reader:
    """One who has a page open on a collection."""

    def __init__(self, page: Page, collection: sema.Collection):
        self.page, self.collection = page, collection
        self.places = collection.map().coordinates

    def open(self, link: str, **chosen: object) -> None:
        self.page.goto(f"{link}#{address(**chosen)}")
        self.settle()

    def go(self, **chosen: object) -> None:
        """Follow another link of the same page."""
        self.page.evaluate("hash => { location.hash = hash }", address(**chosen))
        self.settle()

    def settle(self) -> None:
        """Wait until the map is drawn and stands still."""
        self.page.locator("canvas[data-drawn]").wait_for()
        self.page.evaluate(SETTLED)

    # --- what there is ---

    @property
    def map(self) -> Locator:
        return self.page.get_by_role("application", name="Map of")

    @property
    def search_box(self) -> Locator:
        return self.page.get_by_role("searchbox", name="Search", exact=True)

    @property
    def panel(self) -> Locator:
        """The panel on the right."""
        return self.page.get_by_label("Read", exact=True).get_by_role("tabpanel")

    @property
    def finder(self) -> Locator:
        """The panel on the left."""
        return self.page.get_by_label("Find", exact=True).get_by_role("tabpanel")

    @property
    def key(self) -> Locator:
        return self.page.locator(".key")

    @property
    def card(self) -> Locator:
        return self.page.locator(".card")

    @property
    def table(self) -> Locator:
        return self.page.get_by_role("grid", name="Passages")

    def button(self, name: str, **options) -> Locator:
        return self.page.get_by_role("button", name=name, **options)

    # --- the address ---

    @property
    def chosen(self) -> dict:
        """What the address says."""
        _, _, behind = self.page.url.partition("#")
        pairs = [part.split("=", 1) for part in behind.split("&") if "=" in part]
        return {name: json.loads(unquote(value)) for name, value in pairs}

    def expect_chosen(self, **values: object) -> None:
        """Wait until the address says so; None: it does not name it."""
        for name, value in values.items():
            if value is None:
                pattern = rf"^(?!.*[#&]{name}=)"
            else:
                pattern = rf"[#&]{name}={re.escape(encoded(value))}(&|$)"
            expect(self.page).to_have_url(re.compile(pattern, re.S))

    def choice(self, name: str) -> Any:
        """Return what the address says of one thing, once it says anything."""
        expect(self.page).to_have_url(re.compile(rf"[#&]{name}="))
        return self.chosen[name]

    def expect_changed(self, name: str, before: object) -> None:
        """Wait until the address says something else of one thing."""
        pattern = re.compile(rf"[#&]{name}={re.escape(encoded(before))}(&|$)")
        expect(self.page).not_to_have_url(pattern)

    # --- doing ---

    def tab(self, name: str) -> None:
        tab = self.page.get_by_role("tab", name=name, exact=True)
        if tab.get_attribute("aria-selected") != "true":
            tab.click()

    def search(self, text: str, mode: str | None = None) -> None:
        """Type key by key, and wait for what is found."""
        if mode:
            self.page.get_by_label("Search by").select_option(label=mode)
        self.search_box.fill("")
        with self.page.expect_response(
            lambda answer: (
                answer.url.endswith("/api/search")
                and answer.request.post_data_json["query"] == text.strip()
            )
        ):
            self.search_box.press_sequentially(text)
        self.wait_for_results()

    def wait_for_results(self) -> None:
        busy = self.page.get_by_role("region", name="Results")
        expect(busy).to_have_attribute("aria-busy", "false")

    def color_by(self, label: str) -> None:
        self.page.get_by_label("Color by").select_option(label=label)
        self.settle()

    def draw_as(self, label: str) -> None:
        self.page.get_by_label("Draw passages as").select_option(label=label)
        self.settle()

    def brush(self, column: str, start: float, end: float) -> None:
        """Drag over a histogram, from one share of its width to another."""
        bars = self.filter_of(column).locator(".field-of-bars")
        bars.scroll_into_view_if_needed()
        box = bars.bounding_box()
        middle = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + start * box["width"], middle)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + (start + end) / 2 * box["width"], middle)
        self.page.mouse.move(box["x"] + end * box["width"], middle)
        self.page.mouse.up()

    def filter_of(self, column: str) -> Locator:
        return self.finder.get_by_role("region", name=column, exact=True)

    def lasso(self, spots: Iterable[Sequence[float]], *, second: bool = False) -> None:
        """Draw a line around a part of the map, through shares of its width and height."""
        if second:
            self.button("Draw a second").click()
        else:
            self.button("Draw around passages to select them").click()
        box = self.map.bounding_box()
        corners = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in spots]
        self.page.mouse.move(*corners[0])
        self.page.mouse.down()
        for corner in corners[1:]:
            self.page.mouse.move(*corner, steps=8)
        self.page.mouse.up()
        self.settle()

    def passages_in(self, polygon: Sequence[float]) -> np.ndarray:
        """Return which passages lie within a polygon of the address."""
        return np.flatnonzero(inside(np.reshape(polygon, (-1, 2)), self.places))

    def place_of(self, number: int) -> tuple[float, float]:
        """Return where a passage is in the window; the address must have a view."""
        x, y, scale = self.chosen["view"]
        box = self.map.bounding_box()
        px, py = self.places[number].tolist()
        return (
            box["x"] + box["width"] / 2 + (px - x) * scale,
            box["y"] + box["height"] / 2 - (py - y) * scale,
        )

    def point_at(self, number: int) -> None:
        self.page.mouse.move(*self.place_of(number))

    def click_at(self, number: int) -> None:
        self.page.mouse.click(*self.place_of(number))
        expect(self.panel.get_by_role("heading", name=f"Passage {number:,}")).to_be_visible()
        self.expect_chosen(selected=number)

    # --- seeing ---

    def pixels(self) -> np.ndarray:
        """Return the map as it is drawn, (height, width, 3)."""
        self.settle()
        return self.decode(self.map.evaluate("canvas => canvas.toDataURL('image/png')"))

    @staticmethod
    def decode(url: str) -> np.ndarray:
        return np.asarray(Image.open(BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGB"))

    def color_at(self, number: int) -> np.ndarray:
        """Return the color in the middle of a passage's dot; the address must have a view."""
        pixels, box = self.pixels(), self.map.bounding_box()
        x, y = self.place_of(number)
        return pixels[int(y - box["y"] + 0.5), int(x - box["x"] + 0.5)]

    def labels(self) -> list[tuple[str, str]]:
        """Return level and name of each label on the map."""
        found = self.page.locator(".names span")
        return found.evaluate_all("spans => spans.map((s) => [s.className, s.textContent])")

    def label_boxes(self) -> np.ndarray:
        """Return left, top, right, bottom of each label."""
        boxes = self.page.locator(".names span").evaluate_all(
            "spans => spans.map((s) => s.getBoundingClientRect())"
            ".map(({ left, top, right, bottom }) => [left, top, right, bottom])"
        )
        return np.array(boxes).reshape(-1, 4)

    def texts(self, within: Locator) -> list[str]:
        """Return the texts of a list of passages."""
        return within.locator(".words").all_inner_texts()


def encoded(value: object) -> str:
    """Return a value as the page writes it into the address."""
    return quote(json.dumps(value, separators=(",", ":"), ensure_ascii=False), safe="!'()*~-._")


def inside(polygon: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return whether each place is in a polygon, (N,): how often a ray crosses its edges."""
    crossed = np.zeros(len(places), bool)
    x, y = places.astype(np.float64).T
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, 1, axis=0), strict=True):
        with np.errstate(divide="ignore", invalid="ignore"):
            at = (bx - ax) * (y - ay) / (by - ay) + ax
        crossed ^= ((ay > y) != (by > y)) & (x < at)
    return crossed


def circle(x: float, y: float, radius: float, corners: int = 12) -> list[tuple[float, float]]:
    """Return corners around a place, in shares of the map's width and height."""
    turns = [2 * math.pi * at / corners for at in range(corners)]
    return [(x + radius * math.cos(turn), y + radius * 1.8 * math.sin(turn)) for turn in turns]


def near(color: str | Sequence[int], pixels: np.ndarray, within: int = 12) -> np.ndarray:
    """Return which pixels have about a color, "#rrggbb" or three numbers."""
    if isinstance(color, str):
        color = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    return (np.abs(pixels.astype(int) - np.asarray(color)) <= within).all(axis=-1)
