"""``python -m semascope`` is the command ``semascope``."""

from semascope.cli import main

main()
