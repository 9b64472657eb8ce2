"""Run: a socket, a link, and uvicorn between them until somebody says stop."""

from __future__ import annotations

import errno
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import FrameType

import uvicorn

from semascope.errors import InvalidValue, SemascopeError
from semascope.server.app import create_app
from semascope.server.live import WARM_UP, Live
from semascope.server.page import Asset

PORT = 8420
TRIED = 50  # ports, from that one on
LOOPBACK = "127.0.0.1"
PATIENCE = 10  # seconds for what is in flight when it is to stop
STOPPED = 130  # exit code of a program that Ctrl-C ended, by convention
BACKLOG = 128  # connections that wait, a usual number


def listen(host: str = LOOPBACK, port: int | None = None) -> socket.socket:
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


def is_local(at: socket.socket) -> bool:
    """Tell whether nobody but this computer can reach a socket."""
    return _address(at).is_loopback


def serve(
    live: Live,
    at: socket.socket,
    *,
    page: Mapping[str, Asset],
    host: str = LOOPBACK,
    on_ready: Callable[[str], None],
) -> None:
    """Answer the explorer's page until SIGTERM or Ctrl-C; what is in flight then has 10 s.

    Parameters
    ----------
    live : Live
        Answers about one collection.
    at : socket
        That `listen` returned.
    page : mapping of str to Asset
        That `read_page` returned.
    host : str
        What `listen` was given: the server answers to this name, and to those that this computer
        has for itself where it can be reached by them.
    on_ready : callable(link)
        Called with the link that lets a browser in, as soon as it can be followed.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, when all is closed.
    """
    token, port = secrets.token_urlsafe(32), at.getsockname()[1]
    hosts = [f"{name}:{port}" for name in _names(host, at)]
    app = create_app(live, token=token, hosts=hosts, page=page)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_level="error",
        timeout_graceful_shutdown=PATIENCE,
    )
    server = _Server(config, lambda: on_ready(f"http://{hosts[0]}/?token={token}"))
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
    """Says when it is ready, and stops in time though a computation in a thread does not."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]):
        super().__init__(config)
        self._on_ready = on_ready
        self.last_resort = threading.Timer(0, os._exit)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()  # from now on a signal stops it as it should

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        code = STOPPED if sig == signal.SIGINT else 0
        self.last_resort = threading.Timer(PATIENCE + 1, os._exit, (code,))
        self.last_resort.daemon = True
        self.last_resort.start()


def _done(number: int, frame: FrameType | None) -> None:
    """Take a signal that has been obeyed."""


def _names(host: str, at: socket.socket) -> list[str]:
    """Return by which names a socket can be reached, as they stand in an address."""
    address = _address(at)
    own = "[::1]" if address.version == 6 else LOOPBACK
    given = f"[{host}]" if ":" in host else host.lower()
    if address.is_unspecified:  # all addresses of this computer: that is the name of none
        return [own, "localhost"]
    return list(dict.fromkeys([given, own, "localhost"])) if address.is_loopback else [given]


def _address(at: socket.socket) -> IPv4Address | IPv6Address:
    return ip_address(at.getsockname()[0].partition("%")[0])
