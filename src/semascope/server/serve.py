"""Serve: a socket, a link, and uvicorn between them until somebody says stop."""

from __future__ import annotations

import errno
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from semascope.errors import InvalidValue, SemascopeError
from semascope.server import page
from semascope.server.app import create_app
from semascope.server.live import WARM_UP

if TYPE_CHECKING:
    from semascope.collection.collection import Collection

PORT = 8420
TRIED = 50  # ports, from that one on
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PATIENCE = 10  # seconds for what is in flight when it is to stop
STOPPED = 130  # exit code of a program that Ctrl-C ended, by convention
BACKLOG = 128  # connections that wait, a usual number


def listen(host: str = LOOPBACK[0], port: int | None = None) -> socket.socket:
    """Return a socket that listens, so that whoever connects from now on is answered.

    Parameters
    ----------
    host : str
        A name or an address of this computer.
    port : int, optional
        0 for any that is free. By default 8420, or the next that is free.

    Raises
    ------
    InvalidValue
        If there is no such host here, or no such port.
    SemascopeError
        If the port is taken, or may not be used.
    """
    if port is not None and not 0 <= port < 2**16:
        raise InvalidValue(f"ports are numbered 0 to 65535, got {port}")
    ports = range(PORT, PORT + TRIED) if port is None else [port]
    for each in ports:
        try:
            return _bind(host, each)
        except OSError as error:
            reason = error.strerror or str(error)
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise InvalidValue(
                    f"cannot listen at {host!r}: {reason}; --host takes a name or an address of "
                    "this computer"
                ) from error
            if error.errno != errno.EADDRINUSE:
                raise SemascopeError(
                    f"cannot listen at port {each}: {reason}; choose another with --port"
                ) from error
    taken = f"port {ports[0]} is" if len(ports) == 1 else f"ports {ports[0]} to {ports[-1]} are"
    raise SemascopeError(f"{taken} taken; choose another with --port, or any with --port 0")


def _bind(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    found = socket.socket(family, kind, protocol)  # named, or asyncio sends small parts late
    try:
        if os.name != "nt":  # where it would let two programs share a port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(BACKLOG)
    except OSError:
        found.close()
        raise
    return found


def is_loopback(host: str) -> bool:
    """Tell whether nobody but this computer can reach a host of this name."""
    return host in LOOPBACK or host.startswith("127.")


def serve(
    collection: Collection,
    at: socket.socket,
    *,
    host: str = LOOPBACK[0],
    on_ready: Callable[[str], None],
) -> None:
    """Answer the explorer's page until SIGTERM or Ctrl-C; what is in flight then has 10 s.

    Parameters
    ----------
    collection : Collection
        Its clusters and its map are made, if there are none yet.
    at : socket
        That `listen` returned.
    host : str
        What it was given: the server answers to this name, and to those of this computer.
    on_ready : callable(link)
        Called with the link that lets a browser in, as soon as it can be followed.

    Raises
    ------
    FileError
        If the page has not been built.
    KeyboardInterrupt
        On Ctrl-C, when all is closed.
    """
    token, port = secrets.token_urlsafe(32), at.getsockname()[1]
    hosts = [f"{_bracketed(name)}:{port}" for name in dict.fromkeys([host, *LOOPBACK])]
    app = create_app(collection, token=token, hosts=hosts, page=page.read())
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_level="warning",
        timeout_graceful_shutdown=PATIENCE,
    )
    server = _Server(config)
    on_ready(f"http://{hosts[0]}/?token={token}")
    before = signal.signal(signal.SIGTERM, _done)  # uvicorn raises it again when it has stopped
    try:
        server.run(sockets=[at])
    finally:
        for thread in threading.enumerate():
            if thread.name == WARM_UP:
                thread.join()
        server.last_resort.cancel()
        signal.signal(signal.SIGTERM, before)
        at.close()


class _Server(uvicorn.Server):
    """Stops in time though a computation, which no thread can be made to leave, does not."""

    last_resort = threading.Timer(0, os._exit)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        code = STOPPED if sig == signal.SIGINT else 0
        self.last_resort = threading.Timer(PATIENCE + 1, os._exit, (code,))
        self.last_resort.daemon = True
        self.last_resort.start()


def _done(number: int, frame: FrameType | None) -> None:
    """Take a signal that has been obeyed."""


def _bracketed(host: str) -> str:
    """Return a host as it stands in an address."""
    return f"[{host}]" if ":" in host else host
