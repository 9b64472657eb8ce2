"""Collections, servers, and a browser that complains of whatever a page should not do.

The browser lives as long as a module: Playwright's sync API keeps an event loop running, which
other tests would stumble over.
"""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from reader import PATIENCE, Reader

import semascope as sema
from get_browser import find_browser
from semascope import data
from semascope.structure import graph

LINK = re.compile(r"http://\S+")
LARGE = 100_000
DIM = 48  # of the large collection's embeddings
DISMISS = "try { localStorage.setItem('semascope: hints are read', 'yes') } catch {}"
PARTS = re.compile(r"(?<=[.!?;,])\s+")

expect.set_options(timeout=PATIENCE)


# --- collections ---


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("explored")


@pytest.fixture(scope="session")
def speeches() -> pa.Table:
    """Return 1,522 passages of the speeches, two of them twice, with a date that has gaps."""
    table = pq.read_table(data.path("speeches")).take(np.arange(0, 18_230, 12))
    table = pa.concat_tables([table, table.slice(100, 2)])
    days = [
        None if at % 50 == 7 else date(year, 1 + at % 12, 1 + at % 28)
        for at, year in enumerate(table["year"].to_pylist())
    ]
    marks = pa.array([f"row {at}" for at in range(table.num_rows)])
    return table.append_column("day", pa.array(days)).append_column("mark", marks)


@pytest.fixture(scope="session")
def talks(folder, speeches) -> sema.Collection:
    """Return the speeches, embedded by the real model."""
    return mapped(sema.index(speeches, text="text", to=folder / "speeches.lance"))


@pytest.fixture(scope="session")
def emoji(folder) -> sema.Collection:
    table = pq.read_table(data.path("emoji")).slice(0, 600)
    return mapped(sema.index(table, text="text", to=folder / "emoji.lance"))


@pytest.fixture(scope="session")
def large(folder, speeches_in_parts, bag_of_words) -> sema.Collection:
    """Return 100,000 short passages, embedded by a model that takes seconds for them.

    Their graph is the approximate one of larger collections: the exact one takes half a minute.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph, "EXACT_ROWS", LARGE // 2)
        rows = speeches_in_parts.slice(0, LARGE)
        to = folder / "large.lance"
        return mapped(sema.index(rows, text="text", to=to, model=bag_of_words, passages=False))


@pytest.fixture(scope="session")
def speeches_in_parts() -> pa.Table:
    table = pq.read_table(data.path("speeches"), columns=["text", "year", "president", "party"])
    parts = [[part for part in PARTS.split(text) if part] for text in table["text"].to_pylist()]
    of = np.repeat(np.arange(table.num_rows), list(map(len, parts)))
    texts = pa.array([part for some in parts for part in some])
    return table.take(of).set_column(0, "text", texts)


@pytest.fixture(scope="session")
def bag_of_words(save_model, minilm) -> sema.Encoder:
    """Return a small model with meaning: a mean of MiniLM's vectors of tokens, in 48 dimensions.

    One layer of zeros leaves tokens as they are.
    """
    from safetensors.numpy import load_file, save_file
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
    from transformers import BertConfig

    tokens = load_file(minilm / "model.safetensors")["embeddings.word_embeddings.weight"]
    centered = tokens - tokens.mean(axis=0)
    axes = np.linalg.svd(centered[1000::7], full_matrices=False)[2][:DIM]
    config = BertConfig(
        vocab_size=len(tokens),
        hidden_size=DIM,
        num_hidden_layers=1,
        num_attention_heads=4,
        intermediate_size=8,
        max_position_embeddings=128,
    )
    folder = save_model(Pooling(DIM), Normalize(), config=config)
    weights = load_file(folder / "model.safetensors")
    for name, weight in weights.items():
        weight[:] = 1 if name.endswith("LayerNorm.weight") else 0
    weights["embeddings.word_embeddings.weight"] = np.ascontiguousarray(centered @ axes.T)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return sema.load(folder, precision="f32")


def mapped(collection: sema.Collection) -> sema.Collection:
    collection.clusters()
    collection.map()
    return collection


# --- servers ---


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[sema.Collection], str]]:
    """Return a function that serves a collection as a user would; it returns the link."""
    started: dict[Path, tuple[subprocess.Popen[str], str]] = {}

    def serve(collection: sema.Collection) -> str:
        path = collection.path
        if path not in started:
            command = [sys.executable, "-m", "semascope", "open", str(path)]
            process = subprocess.Popen(
                [*command, "--no-browser", "--port", "0"],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=os.environ | {"PYTHONUNBUFFERED": "1", "HF_HUB_OFFLINE": "1"},
            )
            started[path] = process, read_link(process)
        return started[path][1]

    yield serve
    for process, _ in started.values():
        os.kill(process.pid, signal.SIGTERM)
    for process, _ in started.values():
        try:
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
            process.stdout.close()


def read_link(process: subprocess.Popen[str]) -> str:
    """Return the link that a server prints; fail with all it said if it ends instead."""
    said = []
    for line in process.stdout:
        said.append(line)
        if found := LINK.search(line):
            # Nobody reads on, and a pipe that is full would stop the server
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return found[0]
    pytest.fail(f"the server did not start: {''.join(said)}")


# --- the browser ---


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = find_browser()
    if executable is None:
        pytest.fail("there is no Chromium here: python scripts/get_browser.py gets one")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield launched
        launched.close()


class Watch:
    """What pages do that they should not: complaints, dialogs, requests to others."""

    def __init__(self):
        self.complaints: list[str] = []
        self.expected: list[str] = []  # parts of complaints that a test provokes
        self.requests: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", self._dismiss)
        page.on("request", lambda request: self.requests.append(request.url))

    def _hear(self, message) -> None:
        if message.type in ("error", "warning") and not any(
            each in message.text for each in self.expected
        ):
            self.complaints.append(f"{message.type}: {message.text} {message.location}")

    def _dismiss(self, dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        with suppress(Exception):
            dialog.dismiss()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Return what is watched; the test fails if there is anything to complain of."""
    watch = Watch()
    yield watch
    assert not watch.complaints


@pytest.fixture
def new_context(browser, watch) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that makes a browser context of 1280×720, whose pages are watched."""
    contexts = []

    def new_context(*, hints: bool = False, **options) -> BrowserContext:
        options = {"viewport": {"width": 1280, "height": 720}, **options}
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.on("page", watch.watch)
        if not hints:
            context.add_init_script(DISMISS)
        return context

    yield new_context
    for context in contexts:
        context.close()


@pytest.fixture
def visit(new_context, serve) -> Callable[..., Reader]:
    """Return a function that opens a collection in the page, with some of its state chosen."""

    def visit(collection: sema.Collection, *, options=None, **chosen) -> Reader:
        page = new_context(**(options or {})).new_page()
        reader = Reader(page, collection)
        reader.open(serve(collection), **chosen)
        return reader

    return visit
