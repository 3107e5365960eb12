"""A page in headless Chromium: its script reports a value to the test."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pytest

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_LONGEST = 120
"""Time [s] for a page that is stuck."""
_PAGE = """<!DOCTYPE html><meta charset="utf-8"><body>%s<script>
const report = value => fetch("/report", {method: "POST", body: JSON.stringify(value)});
const when = (target, event) =>
    new Promise(done => target.addEventListener(event, done, {once: true}));
(async () => {%s})().then(report, error => report(`error: ${error}`));
</script></body>"""


def evaluate(folder: Path, body: str, script: str) -> Any:
    """Open a page in Chromium; return the value that its script returns.

    Args:
        folder: of the files that the page names.
        body: HTML of the page.
        script: body of an asynchronous JavaScript function; `when(target, event)` awaits an event.
    """
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("no Chromium: apt-get install chromium-headless-shell")
    reports: Queue[Any] = Queue()
    (folder / "page.html").write_text(_PAGE % (body, script), encoding="utf-8")
    with _served(folder, reports) as address:
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
        options += [f"--user-data-dir={folder}/.user"]
        process = subprocess.Popen(
            [program, *options, f"{address}/page.html"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return reports.get(timeout=_LONGEST)
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # the browser has processes of its own
            process.wait()


@contextmanager
def _served(folder: Path, reports: Queue[Any]) -> Iterator[str]:
    """Serve the files of a folder on this machine; posted values go to `reports`."""

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(folder))

        def do_POST(self) -> None:
            reports.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
