"""Page: the files that Vite made, as they are served; `make explorer` makes them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from semascope.explorer import built

# By the path at which a browser asks for them
FILES = {"/": "index.html", "/explorer.js": "explorer.js", "/explorer.css": "explorer.css"}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}


@dataclass(frozen=True)
class Asset:
    """A file of the page."""

    content: bytes
    compressed: bytes | None  # by gzip; None where it is asked for before anything else
    media_type: str
    tag: str  # changes with the content

    def answer(self, request: Request) -> Response:
        """Return it, or that a browser has it already."""
        headers = {"etag": self.tag, "cache-control": "no-cache", "vary": "accept-encoding"}
        if self.compressed is None:
            return Response(self.content, media_type=self.media_type)
        if self.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.content, headers=headers, media_type=self.media_type)
        headers["content-encoding"] = "gzip"
        return Response(self.compressed, headers=headers, media_type=self.media_type)


def read_page() -> Mapping[str, Asset]:
    """Return the page's files by their paths.

    Raises
    ------
    FileError
        If they have not been made.
    """
    return {path: asset(path, built.read(name).encode()) for path, name in FILES.items()}


def asset(path: str, content: bytes) -> Asset:
    """Return the file at one of these paths, ready to be sent."""
    name = FILES[path]
    return Asset(
        content=content,
        compressed=None if path == "/" else gzip.compress(content, mtime=0),
        media_type=TYPES[name[name.rindex(".") :]],
        tag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
    )
