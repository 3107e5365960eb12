"""The page of view_node in Chromium: it loads, and shows the images that arrive."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from devtools import NAMES, Browser, find_chromium

from ros_support import Peer, report_of
from view_stream import SIZE, streaming

PAGE = (640, 400)
MAGENTA = (255, 0, 255)
"""Rerun's own colours are greys and blues."""
LONGEST = 600.0
"""Time [s] for the page; without a GPU and on a busy machine a frame takes seconds."""


def test_the_page_shows_the_images_that_arrive(
    peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = find_chromium()
    if program is None:
        pytest.skip(f"no Chromium ({', '.join(NAMES)}): apt-get install chromium-headless-shell")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with streaming(peer, viewer_memory=64) as stream:
        stream.picture = lambda _: np.full((SIZE[1], SIZE[0], 3), MAGENTA, np.uint8)
        stream.send(0, 4)
        browser = Browser(program, tmp_path, PAGE)
        try:
            page = browser.open(f"{report_of(stream.node)['address']}&renderer=webgl")
            number, end = 0, time.monotonic() + LONGEST
            while time.monotonic() < end and _share(browser.screenshot(page)) < 0.03:
                number += 1
                stream.send(number, 4)
            picture = browser.screenshot(page)
            (tmp_path / "page.png").write_bytes(picture)
            assert browser.evaluate(page, "document.querySelector('canvas') !== null")
            assert _share(picture) >= 0.03, tmp_path / "page.png"
        finally:
            browser.close()


def _share(png: bytes) -> float:
    """Part of a page that is nearly MAGENTA."""
    page = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert page is not None
    return float((np.abs(page.astype(int) - MAGENTA) < 60).all(axis=-1).mean())
