"""Rerun's web viewer with two simulated people, in headless Chromium: docs/view.png."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from time import sleep

from devtools import Browser, find_chromium

from pose_action_ros.output.job import process_source
from pose_action_ros.output.settings import VIEWER, ProcessSettings

SIZE = (1200, 760)
SECONDS, RATE, SEED = 4.0, 10.0, 4
_CAPTURES, _PAUSE = 5, 10.0  # [s]


def draw_view(path: Path) -> None:
    """Draw the picture into a PNG file; needs chromium-headless-shell and rerun-sdk."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as name:
        settings = ProcessSettings(
            source="simulation",
            people=2,
            seed=SEED,
            seconds=SECONDS,
            rate=RATE,
            output=name,
            video=False,
            view=VIEWER,
        )
        report = process_source(settings, progress=False)
        assert report.view is not None
        path.write_bytes(screenshot(f"{report.view.address}&renderer=webgl", Path(name)))


def screenshot(address: str, folder: Path) -> bytes:
    """PNG of a page after a minute.

    Args:
        address: of the page.
        folder: of the browser's files.
    """
    program = find_chromium()
    if program is None:
        raise SystemExit("no Chromium; run: apt-get install chromium-headless-shell")
    browser = Browser(program, folder, SIZE)
    try:
        session = browser.open(address)
        picture = b""
        for _ in range(_CAPTURES):  # without a GPU each one takes seconds, and the first are early
            sleep(_PAUSE)
            picture = browser.screenshot(session)
        return picture
    finally:
        browser.close()
