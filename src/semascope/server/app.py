"""App: the routes of the explorer's server, read-only; what they mean is in `live`."""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp

from semascope.errors import SemascopeError
from semascope.server import answers
from semascope.server.guard import Door, Guard
from semascope.server.live import Live
from semascope.server.page import Asset

ARROW = "application/vnd.apache.arrow.stream"
ROWS = 65_536  # of an Arrow batch: the first is on its way while the next is made
MOST_OUTLIERS = 1_000
TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
LEFT = 499  # status for a client that has left, as nginx has it; nobody sees it

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": answers.Refusal, "description": meaning}
    for status, meaning in {
        400: "What was sent cannot be read.",
        401: "Whoever asks has no cookie.",
        403: "Another page asks.",
        413: "Too much was sent.",
        415: "What was sent is no JSON.",
        421: "The server has no such name.",
        422: "It is not to be had; the reason is for the reader.",
    }.items()
}
BINARY: dict[int | str, dict[str, Any]] = {
    200: {"content": {ARROW: {"schema": {"type": "string", "format": "binary"}}}}
}
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in TYPES.values()
        }
    }
}


def create_app(
    live: Live, *, token: str, hosts: Sequence[str], page: Mapping[str, Asset]
) -> ASGIApp:
    """Return the application that answers a page about one collection.

    Parameters
    ----------
    live : Live
        Answers about one collection.
    token : str
        What the link has that lets a browser in.
    hosts : sequence of str
        By which the server may be called, with port: ``127.0.0.1:8420``. The first port names
        the cookie.
    page : mapping of str to Asset
        The files of the page by their paths.
    """
    app = FastAPI(
        title="semascope explorer",
        description="Reads one collection of texts; every answer is for the page beside it.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(SemascopeError, _refused)
    app.add_exception_handler(HTTPException, _failed)
    _add_page(app, page)
    _add_collection(app, live)
    _add_meaning(app, live)
    _add_sets(app, live)
    return Guard(app, door=Door(token, tuple(hosts)))


def _add_page(app: FastAPI, page: Mapping[str, Asset]) -> None:
    for path, asset in page.items():
        app.add_api_route(path, asset.answer, include_in_schema=False, response_model=None)


def _add_collection(app: FastAPI, live: Live) -> None:
    @app.get("/api/about", response_model=answers.About, responses=REFUSALS)
    def about() -> Any:
        """Say what there is: columns, clusters, colors."""
        return live.about()

    @app.get("/api/points", response_class=StreamingResponse, responses=REFUSALS | BINARY)
    def points() -> Response:
        """Give the map: x, y, honesty, coarse, medium, fine."""
        return _arrow(live.points(), then=live.warm_up)

    @app.get("/api/columns/{index}", response_class=StreamingResponse, responses=REFUSALS | BINARY)
    def column(index: answers.Number) -> Response:
        """Give the values of a column: value, code or rank."""
        return _arrow(live.column(index))

    @app.post("/api/rows", response_model=list[answers.Row], responses=REFUSALS)
    def rows(wanted: answers.Numbers) -> Any:
        """Give passages with their text, in the order wanted."""
        return live.rows(wanted.numbers)

    @app.get("/api/neighbors/{number}", response_model=list[answers.Neighbor], responses=REFUSALS)
    def neighbors(number: answers.Number) -> Any:
        """Give the passages nearest to one."""
        return live.neighbors(number)


def _add_meaning(app: FastAPI, live: Live) -> None:
    turn = asyncio.Lock()  # those who search wait here, where they take up no thread

    @app.post("/api/search", response_model=answers.Found, responses=REFUSALS)
    async def search(request: Request, query: answers.Query) -> Any:
        """Search as `Collection.search` does; a search whose asker has left is not made."""
        async with turn:
            if await request.is_disconnected():
                return Response(status_code=LEFT)
            return await run_in_threadpool(live.search, query)

    @app.post("/api/why", response_model=answers.Why, responses=REFUSALS)
    def why(pair: answers.Pair) -> Any:
        """Say which words make two texts similar."""
        return live.why(pair.a, pair.b)

    @app.post("/api/axis", response_class=StreamingResponse, responses=REFUSALS | BINARY)
    def axis(ends: answers.Ends) -> Response:
        """Say how far each passage lies on the way from one text to another: value."""
        return _arrow(live.axis(ends.low, ends.high))


def _add_sets(app: FastAPI, live: Live) -> None:
    @app.post("/api/contrast", response_model=answers.Contrast, responses=REFUSALS)
    def contrast(sides: answers.Sides) -> Any:
        """Say what tells two sets of passages apart."""
        return live.contrast(sides.a, sides.b)

    @app.get("/api/duplicates", response_model=answers.Duplicates, responses=REFUSALS)
    def duplicates() -> Any:
        """Give groups of passages that are nearly the same, the largest first."""
        return live.duplicates()

    @app.get("/api/outliers", response_model=list[answers.Outlier], responses=REFUSALS)
    def outliers(n: Annotated[int, Query(ge=1, le=MOST_OUTLIERS)] = 200) -> Any:
        """Give the passages unlike all others, the oddest first."""
        return live.outliers(n)

    @app.get("/api/timeline/{column}", response_model=answers.Timeline, responses=REFUSALS)
    def timeline(column: answers.Number, level: answers.Level = "medium") -> Any:
        """Say how the shares of clusters change over time."""
        return live.timeline(column, level)

    @app.get(
        "/api/timeline/{column}/bins",
        response_class=StreamingResponse,
        responses=REFUSALS | BINARY,
    )
    def bins(column: answers.Number) -> Response:
        """Say which stretch of time each passage is from: bin, -1 for none."""
        return _arrow(live.bins(column))

    @app.post("/api/export", response_class=FileResponse, responses=REFUSALS | FILE)
    def export(wanted: answers.Export) -> Response:
        """Give the rows of a set of passages as a file."""
        folder = tempfile.TemporaryDirectory(prefix="semascope-", ignore_cleanup_errors=True)
        file = Path(folder.name, f"export.{wanted.format}")
        try:
            live.export(wanted.selected, file)
        except BaseException:
            folder.cleanup()
            raise
        return FileResponse(
            file,
            media_type=TYPES[wanted.format],
            filename=f"{live.collection.path.stem}-selection.{wanted.format}",
            background=BackgroundTask(folder.cleanup),
        )

    @app.post("/api/python", response_model=answers.Line, responses=REFUSALS)
    def python(selection: answers.Selection) -> Any:
        """Give the line of Python that gives the same rows."""
        return answers.Line(line=live.python(selection))


def _arrow(table: pa.Table, *, then: Callable[[], None] | None = None) -> Response:
    """Send a table as an Arrow stream, batch by batch, and do something when it is sent."""
    background = None if then is None else BackgroundTask(then)
    return StreamingResponse(_stream(table), media_type=ARROW, background=background)


def _stream(table: pa.Table) -> Iterator[bytes]:
    sink = _Sink()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=ROWS):
            writer.write_batch(batch)
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Holds what was written until it is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        return len(self._parts[-1])

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        content = b"".join(self._parts)
        self._parts.clear()
        return content


async def _refused(_: Request, error: Exception) -> Response:
    """Say why the library does not do it: its messages are for the reader."""
    return JSONResponse({"detail": str(error)}, 422)


async def _failed(_: Request, error: Exception) -> Response:
    """Say what is wrong with a request, such as that there is nothing at its address."""
    assert isinstance(error, HTTPException)  # noqa: S101
    return JSONResponse({"detail": str(error.detail)}, error.status_code, dict(error.headers or {}))


async def _invalid(_: Request, error: Exception) -> Response:
    """Say in one sentence what is wrong with what was sent."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    first = error.errors()[0]
    place = " ".join(str(part) for part in first["loc"][1:])
    message = f"{place}: {first['msg']}" if place else str(first["msg"])
    return JSONResponse({"detail": message}, 422)
