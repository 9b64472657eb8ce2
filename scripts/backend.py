"""hatchling as it is, but for editable installations, which need no Node.

hatchling asks its hooks what they need without telling them what for, and build_explorer.py needs
60 MB of Node for wheels and source distributions only.
"""

from typing import Any

from hatchling.build import *  # noqa: F403
from hatchling.builders.constants import EDITABLES_REQUIREMENT


def get_requires_for_build_editable(  # type: ignore[no-redef]
    config_settings: dict[str, Any] | None = None,  # noqa: ARG001
) -> list[str]:
    """Return what an editable installation needs beside hatchling (PEP 660)."""
    return [EDITABLES_REQUIREMENT]
