"""Rerun's web viewer, for machines without a screen."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from functools import lru_cache
from urllib.parse import quote

from pose_action_ros.errors import SettingError

GRPC_PORT = 9876
"""Usual port of the data of a viewer."""
_WEB_PORT = 9090


def has_screen() -> bool:
    """True if a window can be opened."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def free_port(preferred: int) -> int:
    """The preferred port, or another one if it is in use."""
    for port in (preferred, 0):
        with socket.socket() as one, suppress(OSError):
            one.bind(("", port))
            return int(one.getsockname()[1])
    raise SettingError("view: this machine has no free port")


@lru_cache(maxsize=1)
def _serve_page() -> int:
    """Serve the page of the web viewer until the end of this process; its port."""
    from rerun import serve_web_viewer  # noqa: PLC0415 - optional

    port = free_port(_WEB_PORT)
    serve_web_viewer(web_port=port, open_browser=False)
    return port


def page_address(data: str) -> str:
    """The address of the web viewer's page that shows the data of a server."""
    data = quote(data.replace("127.0.0.1", "localhost"), safe="")
    return f"http://localhost:{_serve_page()}?url={data}"
