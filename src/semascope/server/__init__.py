"""The server of the explorer: it reads one collection, and answers one page.

`app` has the routes and `answers` their shapes, `live` asks the library, `guard` lets in who may
come in, and `serve` runs it. Nothing is written, but for what the library keeps beside a
collection anyhow.
"""

from semascope.server.app import create_app
from semascope.server.serve import listen, serve

__all__ = ["create_app", "listen", "serve"]
