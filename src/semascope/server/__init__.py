"""The server of the explorer: it reads one collection, and answers one page.

`app` has the routes and `answers` their shapes, `live` asks the library, `guard` lets in who may
come in, `page` has the files that a browser loads, and `run` runs it all. Nothing is written, but
for what the library keeps beside a collection anyhow.
"""

from semascope.server.app import create_app
from semascope.server.live import Live
from semascope.server.page import read_page
from semascope.server.run import is_local, listen, serve

__all__ = ["Live", "create_app", "is_local", "listen", "read_page", "serve"]
