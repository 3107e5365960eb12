"""Downloads from a server in this process that breaks connections and forgets files."""

from __future__ import annotations

import hashlib
import io
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pose_action_ros import cli
from pose_action_ros.cli import models_get as get_command
from pose_action_ros.errors import ModelError
from pose_action_ros.models import download
from pose_action_ros.models.catalogue import CatalogueFile, CatalogueModel, catalogue_model
from pose_action_ros.models.fetch import fetch, missing_files

CONTENT = bytes(range(256)) * 64
SHA256, MD5 = hashlib.sha256(CONTENT).hexdigest(), hashlib.md5(CONTENT).hexdigest()


@dataclass
class Server:
    """What it does, and what it was asked."""

    port: int = 0
    content: bytes = CONTENT
    status: int = 200
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)  # bytes sent before the connection breaks
    asked: list[str] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = handler.headers.get("Range", "")
        self.asked.append(asked)
        begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.ranges else 0
        if self.status != 200 or (begin and begin >= len(self.content)):
            handler.send_error(self.status if self.status != 200 else 416)
            return
        body = self.content[begin:]
        handler.send_response(206 if begin else 200)
        if begin:
            last = len(self.content) - 1
            handler.send_header("Content-Range", f"bytes {begin}-{last}/{len(self.content)}")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: self.cuts.pop(0)] if self.cuts else body)
        handler.close_connection = True


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.answer(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    monkeypatch.setattr(download, "_PAUSE", 0.0)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        told.port = running.server_port
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield told
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POSE_ACTION_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "toy"


@pytest.fixture
def model(server: Server) -> CatalogueModel:
    place = f"http://127.0.0.1:{server.port}/toy.bin"
    return CatalogueModel("toy", "A toy", "MIT", {"toy.bin": CatalogueFile(place, SHA256)})


@pytest.fixture
def restricted(model: CatalogueModel, monkeypatch: pytest.MonkeyPatch) -> CatalogueModel:
    """For the command: a MD5 alone is published, and the terms have to be accepted."""
    place = model.files["toy.bin"].place
    files = {"toy.caffemodel": CatalogueFile(place, md5=MD5)}
    changed = replace(model, files=files, terms="research only: LICENSE", restricted=True)
    monkeypatch.setattr(get_command, "catalogue_model", lambda _: changed)
    return changed


def test_a_file_comes_once(server: Server, model: CatalogueModel, cache: Path) -> None:
    assert fetch(model) == {"toy.bin": cache / "toy.bin"}
    assert (cache / "toy.bin").read_bytes() == CONTENT
    fetch(model)
    assert server.asked == [""]
    assert [path.name for path in cache.iterdir()] == ["toy.bin"]


def test_a_broken_download_goes_on(
    server: Server, model: CatalogueModel, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server.cuts = [5000, 3000]
    fetch(model)
    assert (cache / "toy.bin").read_bytes() == CONTENT
    assert server.asked == ["", "bytes=5000-", "bytes=8000-"]
    assert "the connection broke after 5000 of 16384 bytes; trying again" in caplog.text


def test_what_came_is_kept_for_the_next_time(
    server: Server, model: CatalogueModel, cache: Path
) -> None:
    server.cuts = [1000, 0, 0, 0]
    with pytest.raises(ModelError, match=r"0\.0 MB are kept, run this again to go on") as caught:
        fetch(model)
    assert f"or copy the file from elsewhere to {cache / 'toy.bin'}" in str(caught.value)
    assert missing_files(model) == ["toy.bin"]
    fetch(model)
    assert server.asked[-1] == "bytes=1000-"
    assert (cache / "toy.bin").read_bytes() == CONTENT


def test_a_server_that_sends_everything_again(
    server: Server, model: CatalogueModel, cache: Path
) -> None:
    server.ranges, server.cuts = False, [5000]
    fetch(model)
    assert (cache / "toy.bin").read_bytes() == CONTENT


def test_a_download_that_was_whole_already(
    server: Server, model: CatalogueModel, cache: Path
) -> None:
    cache.mkdir(parents=True)
    (cache / "toy.bin.part").write_bytes(CONTENT)
    fetch(model)
    assert server.asked == [f"bytes={len(CONTENT)}-"]
    assert (cache / "toy.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("content", [b"other", b"", CONTENT[:-1]])
def test_a_wrong_file_is_removed(
    server: Server, model: CatalogueModel, cache: Path, content: bytes
) -> None:
    server.content = content
    expected = rf"gave a file with sha256 .*, expected {SHA256}; it was removed"
    with pytest.raises(ModelError, match=expected):
        fetch(model)
    assert not list(cache.iterdir())


@pytest.mark.parametrize(("status", "message"), [(404, "404 Not Found"), (403, "403 Forbidden")])
def test_a_server_without_the_file(
    server: Server, model: CatalogueModel, status: int, message: str
) -> None:
    server.status = status
    with pytest.raises(ModelError, match=f"answers {message}; or copy the file"):
        fetch(model)
    assert len(server.asked) == 1


def test_no_server_at_all(model: CatalogueModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_PAUSE", 0.0)
    nowhere = {"toy.bin": CatalogueFile("http://127.0.0.1:9/toy.bin", SHA256)}
    with pytest.raises(ModelError, match=r"cannot download http://127.0.0.1:9/toy.bin \(.*refused"):
        fetch(replace(model, files=nowhere))


def test_the_user_has_to_accept_the_terms(
    server: Server, restricted: CatalogueModel, capsys: pytest.CaptureFixture[str]
) -> None:
    assert restricted.restricted
    assert cli.main(["models", "get", "toy"]) == 1
    said = capsys.readouterr().err
    assert "research only: LICENSE; read them" in said
    assert "--accept-licence" in said
    assert not server.asked


def test_accepted_on_the_command_line(
    restricted: CatalogueModel, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["models", "get", "toy", "--accept-licence"]) == 0
    path = cache / "toy.caffemodel"
    assert capsys.readouterr().out.splitlines() == [
        str(path),
        f"next: pose-action models convert-openpose {path}",
    ]
    # Only a MD5 is published, so the SHA-256 is kept from now on.
    assert (cache / "toy.caffemodel.sha256").read_text() == f"{SHA256}  toy.caffemodel\n"
    assert cli.main(["models", "get", "toy"]) == 0
    path.write_bytes(CONTENT[::-1])
    assert missing_files(restricted) == ["toy.caffemodel"]


@pytest.mark.parametrize(("answer", "code"), [("yes\n", 0), ("YES", 0), ("no\n", 1), ("", 1)])
def test_asked_at_a_terminal(
    restricted: CatalogueModel,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    code: int,
) -> None:
    terminal = io.StringIO(answer)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    assert cli.main(["models", "get", "toy"]) == code
    assert "Do you accept these terms? Type yes: " in capsys.readouterr().out
    assert bool(missing_files(restricted)) == bool(code)


def test_a_file_that_was_copied_is_checked(restricted: CatalogueModel, cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "toy.caffemodel").write_bytes(CONTENT)
    assert not missing_files(restricted)
    (cache / "toy.caffemodel").write_bytes(CONTENT[:-1])
    assert missing_files(restricted) == ["toy.caffemodel"]


def test_openpose_is_listed_with_its_terms(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["models", "list"]) == 0
    said = capsys.readouterr().out
    for layout in ("body_25", "coco_18", "mpi_15"):
        model = catalogue_model(f"openpose_{layout}")
        assert model.restricted
        ((name, file),) = model.files.items()
        assert name.endswith(".caffemodel")
        assert f"md5 {file.md5}, {file.place}" in said
    assert "openpose/blob/master/LICENSE" in said
    assert "104.7 MB" in said
