"""Rerun's web viewer with two simulated people, in headless Chromium: docs/view.png."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from time import sleep
from typing import Any

from pose_action_ros.output.job import process_source
from pose_action_ros.output.settings import VIEWER, ProcessSettings

SIZE = (1200, 760)
SECONDS, RATE, SEED = 4.0, 10.0, 4
_CAPTURES, _PAUSE = 5, 10.0  # [s]
_WEBGL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]


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
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        raise SystemExit("no Chromium; run: apt-get install chromium-headless-shell")
    browser = _Browser(program, folder)
    try:
        target = browser.call("Target.createTarget", url=address, width=SIZE[0], height=SIZE[1])
        session = browser.call("Target.attachToTarget", flatten=True, **target)["sessionId"]
        picture = ""
        for _ in range(_CAPTURES):  # without a GPU each one takes seconds, and the first are early
            sleep(_PAUSE)
            picture = browser.call("Page.captureScreenshot", session)["data"]
        return base64.b64decode(picture)
    finally:
        browser.close()


class _Browser:
    """Headless Chromium, controlled by messages of its DevTools protocol through pipes."""

    def __init__(self, program: str, folder: Path) -> None:
        commands, self._write = os.pipe()
        self._read, answers = os.pipe()

        def use_pipes() -> None:
            """Make them the descriptors 3 and 4, as Chromium expects."""
            copies = os.dup(commands), os.dup(answers)
            os.dup2(copies[0], 3)
            os.dup2(copies[1], 4)

        options = ["--headless", "--no-sandbox", "--remote-debugging-pipe", *_WEBGL]
        options += [f"--window-size={SIZE[0]},{SIZE[1]}", f"--user-data-dir={folder}/.user"]
        self._process = subprocess.Popen(
            [program, *options, "about:blank"],
            preexec_fn=use_pipes,  # noqa: PLW1509 - pass_fds keeps the numbers
            close_fds=False,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        self._count, self._rest = 0, b""

    def call(self, method: str, session: str = "", **arguments: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": arguments}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._read, 1 << 20)
            if not part:
                raise RuntimeError("Chromium has ended")
            self._rest += part
        text, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message

    def close(self) -> None:
        """End the browser."""
        self._process.kill()
        self._process.wait()
        os.close(self._write)
        os.close(self._read)
