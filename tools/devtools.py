"""Headless Chromium with WebGL, controlled by messages of its DevTools protocol through pipes."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_WEBGL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
# Without these Chromium ends in a container with a small /dev/shm, or when a frame takes long.
_PATIENT = ["--disable-dev-shm-usage", "--disable-gpu-watchdog"]
_LONGEST = 120.0  # [s] for loading a page
_LOADED = "location.href !== 'about:blank' && document.readyState === 'complete'"
_SHOWN = 10  # lines of Chromium's log in an error


def find_chromium() -> str | None:
    """Path of the first Chromium on the PATH; None without one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class RefusedError(RuntimeError):
    """A call that Chromium refuses."""


class Browser:
    """A running Chromium.

    Args:
        program: of Chromium.
        folder: of its files.
        size: width and height of its pages [px].
    """

    def __init__(self, program: str, folder: Path, size: tuple[int, int]) -> None:
        commands, self._write = os.pipe()
        self._read, answers = os.pipe()
        self._size, self._log = size, folder / "chromium.log"

        def use_pipes() -> None:
            """Make them the descriptors 3 and 4, as Chromium expects."""
            copies = os.dup(commands), os.dup(answers)
            os.dup2(copies[0], 3)
            os.dup2(copies[1], 4)

        options = ["--headless", "--no-sandbox", "--remote-debugging-pipe", *_WEBGL, *_PATIENT]
        options += [f"--window-size={size[0]},{size[1]}", f"--user-data-dir={folder}/.user"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [program, *options, "about:blank"],
                preexec_fn=use_pipes,  # noqa: PLW1509 - pass_fds keeps the numbers
                close_fds=False,
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        os.close(commands)
        os.close(answers)
        self._count, self._rest = 0, b""

    def open(self, address: str) -> str:
        """Open a page of the size and wait until it is loaded; returns the session for `call`."""
        width, height = self._size
        size = {"width": width, "height": height}
        target = self.call("Target.createTarget", url="about:blank", newWindow=True, **size)
        session: str = self.call("Target.attachToTarget", flatten=True, **target)["sessionId"]
        exact = {"deviceScaleFactor": 1, "mobile": False, **size}  # the window may have a frame
        self.call("Emulation.setDeviceMetricsOverride", session, **exact)
        self.call("Page.navigate", session, url=address)
        end = monotonic() + _LONGEST
        while not self._is_loaded(session) and monotonic() < end:
            sleep(0.2)
        return session

    def _is_loaded(self, session: str) -> bool:
        """True for a complete page; calls are refused while it replaces the empty one."""
        try:
            return bool(self.evaluate(session, _LOADED))
        except RefusedError:
            return False

    def screenshot(self, session: str) -> bytes:
        """PNG of a page; without a GPU it takes seconds."""
        return base64.b64decode(self.call("Page.captureScreenshot", session)["data"])

    def evaluate(self, session: str, expression: str) -> Any:
        """Value of a JavaScript expression in a page; None if it has none."""
        return self.call("Runtime.evaluate", session, expression=expression)["result"].get("value")

    def call(self, method: str, session: str = "", /, **arguments: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result.

        Raises:
            RefusedError: the call is wrong, or cannot be answered now.
            RuntimeError: Chromium has ended; the message has the end of its log.
        """
        self._count += 1
        message = {"id": self._count, "method": method, "params": arguments}
        if session:
            message["sessionId"] = session
        try:
            os.write(self._write, json.dumps(message).encode() + b"\0")
        except BrokenPipeError as error:
            raise self._ended() from error
        while True:
            answer = self._next()
            if answer.get("id") == self._count:
                if "error" in answer:
                    raise RefusedError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._read, 1 << 20)
            if not part:
                raise self._ended()
            self._rest += part
        text, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message

    def _ended(self) -> RuntimeError:
        """The error for a Chromium that has ended, with the end of its log."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        end = "\n".join(lines[-_SHOWN:])
        return RuntimeError(f"Chromium has ended with {self._process.returncode}:\n{end}")

    def close(self) -> None:
        """End the browser and its processes; Debian's command is a script that starts it."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._write)
        os.close(self._read)
