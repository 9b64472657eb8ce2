"""Guard: who may ask, and how much; nothing else reaches the routes.

A server on this computer is within reach of every page that its browser shows. So who asks must
know a secret that no page can read, by an address that no page can make its own (DNS rebinding),
from no page but ours; and what is answered may be shown nowhere else.

References
----------
W3C, Fetch Metadata Request Headers, https://www.w3.org/TR/fetch-metadata/
OWASP, Cross-Site Request Forgery Prevention Cheat Sheet.
"""

from __future__ import annotations

import hmac
import html
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 2 * 2**20  # of a body
METHODS = ("GET", "HEAD", "POST")
OURS = ("same-origin", "none")  # of Sec-Fetch-Site: our page, or an address that was typed

# In this page no script, style or image of others is loaded, and nothing is sent elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
}

HOW_TO_GET_IN = (
    "This page is only for who started it. Open the link that the terminal shows, the one with "
    "?token= in it."
)


@dataclass(frozen=True)
class Door:
    """What lets a browser in.

    Attributes
    ----------
    token : str
        Stands in the link that is shown in the terminal, and nowhere else.
    hosts : sequence of str
        By which the server may be called, each with its port.
    """

    token: str
    hosts: tuple[str, ...]

    @property
    def origins(self) -> tuple[str, ...]:
        """Of the pages that may ask."""
        return tuple(f"http://{host}" for host in self.hosts)

    @property
    def cookie(self) -> str:
        """The name of its cookie: cookies know no ports, so that it has the port's number."""
        return f"semascope-{self.hosts[0].rpartition(':')[2]}"


class Guard:
    """Lets a request through to ``app``, or answers itself; adds the headers of safety to both."""

    def __init__(self, app: ASGIApp, *, door: Door):
        self._app, self._door = app, door
        self._secret = secrets.token_urlsafe(32)  # the cookie's: what is stolen of it is no link

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        if scope["type"] != "http":
            return
        app: ASGIApp
        body = b""
        refusal = self._refuse(scope)
        if refusal is None and scope["method"] == "POST":
            body, refusal = await _read(Headers(scope=scope), receive)
        app = refusal or self._app
        if refusal is not None and scope["method"] not in ("GET", "HEAD"):
            refusal.headers["connection"] = "close"  # what of its body was not read, nobody reads
        if scope["method"] == "HEAD":  # its answer is that to GET, of which no body is sent
            scope = {**scope, "method": "GET"}
        await app(scope, _replayed(body, receive), _with_headers(send))

    def _refuse(self, scope: Scope) -> Response | None:
        """Return why a request goes no further; None if it does."""
        headers, path = Headers(scope=scope), scope["path"]
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._door.hosts:
            known = " or ".join(self._door.hosts)
            return _refusal(path, 421, f"There is no such host here; this server is {known}.")
        if scope["method"] not in METHODS:
            refusal = _refusal(path, 405, f"This server answers {', '.join(METHODS)} alone.")
            refusal.headers["allow"] = ", ".join(METHODS)
            return refusal
        if not self._is_ours(scope["method"], path, headers):
            return _refusal(path, 403, "Another page may not ask this server for anything.")
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
        if path == "/" and len(token) == 1 and _same(token[0], self._door.token):
            return self._let_in(headers)
        if not self._has_cookie(headers):
            return _refusal(path, 401, HOW_TO_GET_IN)
        return None

    def _is_ours(self, method: str, path: str, headers: Headers) -> bool:
        """Tell whether our page asks, a program that is no browser, or a link leads here."""
        origins = headers.getlist("origin")
        if origins and not (len(origins) == 1 and origins[0] in self._door.origins):
            return False
        sites = headers.getlist("sec-fetch-site")
        if all(site in OURS for site in sites):
            return True
        is_link = (
            headers.get("sec-fetch-mode") == "navigate"
            and headers.get("sec-fetch-dest", "document") == "document"
        )
        return is_link and method != "POST" and path == "/"

    def _has_cookie(self, headers: Headers) -> bool:
        pairs = (
            pair.strip().partition("=")
            for line in headers.getlist("cookie")
            for pair in line.split(";")
        )
        return any(name == self._door.cookie and _same(v, self._secret) for name, _, v in pairs)

    def _let_in(self, headers: Headers) -> Response:
        """Give the cookie, and have the token taken out of the address."""
        if headers.get("sec-fetch-site", "none") in OURS:
            answer: Response = RedirectResponse("/", status_code=303)
        else:  # to a redirect from another site's page browsers send no strict cookie
            answer = HTMLResponse('<!doctype html><meta http-equiv="refresh" content="0; url=/">')
        answer.set_cookie(self._door.cookie, self._secret, httponly=True, samesite="strict")
        return answer


async def _read(headers: Headers, receive: Receive) -> tuple[bytes, Response | None]:
    """Return the body of a request, or why it is not read to its end."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return b"", _json(415, "What is sent must be application/json.")
    too_much = _json(413, f"What is sent may have {MOST_BYTES // 2**20} MiB at most.")
    said = headers.get("content-length", "")
    if said.isdecimal() and len(said) < 20 and int(said) > MOST_BYTES:
        return b"", too_much
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            return b"", too_much
        more = message.get("more_body", False)
    return b"".join(parts), None


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read already, and then what comes."""
    first = True

    async def replay() -> Message:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return replay


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return send_with_headers


def _refusal(path: str, status: int, message: str) -> Response:
    """Say no: to the page in JSON, to a person on a page."""
    if path.startswith("/api/"):
        return _json(status, message)
    page = f'<!doctype html><html lang="en"><title>semascope</title><p>{html.escape(message)}</p>'
    return HTMLResponse(page, status)


def _json(status: int, message: str) -> Response:
    return JSONResponse({"detail": message}, status)


def _same(given: str, secret: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())
