"""semascope open: the explorer, in the browser."""

from __future__ import annotations

from pathlib import Path

import click

from semascope.cli import show

LOOPBACK = "127.0.0.1"


@click.command("open")
@click.argument("collection", type=click.Path(path_type=Path))
@click.option(
    "--port", type=int, metavar="N", help="Where to listen; by default 8420, or the next free one."
)
@click.option("--no-browser", is_flag=True, help="Print the link, and open nothing.")
@click.option(
    "--host",
    default=LOOPBACK,
    show_default=True,
    metavar="NAME",
    help="Name or address of this computer by which others may reach it, without encryption.",
)
def command(collection: Path, *, port: int | None, no_browser: bool, host: str) -> None:
    """Open COLLECTION in the browser: walk around in its map, search, filter, compare.

    Nothing leaves this computer. The link that is printed lets a browser in; without it nobody
    gets an answer. Ctrl-C stops the server.

    \b
    Example:
        semascope open speeches.lance
    """
    import semascope as sema
    from semascope import server

    page = server.read_page()
    talks = sema.open(collection)
    at = server.listen(host, port)
    live = server.Live(talks)
    with show.progress("Drawing the map", "steps") as on_progress:
        live.prepare(on_progress)
    if not server.is_local(at):
        show.note(
            f"At {host} everybody on that network who has the link can read the texts of "
            f"{collection}, and whoever listens on the way too: nothing is encrypted."
        )

    def on_ready(link: str) -> None:
        click.echo(link)
        click.echo("Ctrl-C stops it.")
        if not no_browser:
            _browse(link)

    server.serve(live, at, page=page, host=host, on_ready=on_ready)


def _browse(link: str) -> None:
    """Open a link in the reader's browser; not in one that would take the terminal."""
    import webbrowser
    from threading import Thread

    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if type(browser) is not webbrowser.GenericBrowser:
        Thread(target=browser.open, args=(link,), daemon=True).start()
