"""Downloads from a server in this process that breaks connections."""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pose_action_ros import cli
from pose_action_ros.cli import models as command
from pose_action_ros.errors import ModelError
from pose_action_ros.models.catalogue import CatalogueFile, CatalogueModel, catalogue_model
from pose_action_ros.models.fetch import fetch, missing_files

pytest.importorskip("pooch", reason="pooch, which downloads, is not installed")

CONTENT = bytes(range(256)) * 64
SHA256, MD5 = hashlib.sha256(CONTENT).hexdigest(), hashlib.md5(CONTENT).hexdigest()


@dataclass
class Server:
    """A server with one file.

    Attributes:
        cuts: bytes sent before the connection breaks, for the next requests.
        requests: number of requests.
    """

    port: int = 0
    content: bytes = CONTENT
    status: int = 200
    cuts: list[int] = field(default_factory=list)
    requests: int = 0

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.requests += 1
        if self.status != 200:
            handler.send_error(self.status)
            return
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(self.content)))
        handler.end_headers()
        handler.wfile.write(self.content[: self.cuts.pop(0)] if self.cuts else self.content)
        handler.close_connection = True


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.answer(self)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        state.port = running.server_port
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
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
    """A model with an MD5 alone, and terms that have to be accepted."""
    place = model.files["toy.bin"].place
    files = {"toy.caffemodel": CatalogueFile(place, md5=MD5)}
    changed = replace(model, files=files, terms="research only: LICENSE", restricted=True)
    monkeypatch.setattr(command, "catalogue_model", lambda _: changed)
    return changed


def test_a_file_is_downloaded_once(server: Server, model: CatalogueModel, cache: Path) -> None:
    assert fetch(model) == {"toy.bin": cache / "toy.bin"}
    assert (cache / "toy.bin").read_bytes() == CONTENT
    fetch(model)
    assert server.requests == 1
    assert [path.name for path in cache.iterdir()] == ["toy.bin"]


def test_a_broken_download_is_repeated(server: Server, model: CatalogueModel, cache: Path) -> None:
    server.cuts = [5000, 3000]
    fetch(model)
    assert (cache / "toy.bin").read_bytes() == CONTENT
    assert server.requests == 3


def test_a_download_that_breaks_every_time(
    server: Server, model: CatalogueModel, cache: Path
) -> None:
    server.cuts = [1000, 0, 10, 20]
    with pytest.raises(ModelError, match=r"cannot download .*try again later") as caught:
        fetch(model)
    assert f"or copy the file from elsewhere to {cache / 'toy.bin'}" in str(caught.value)
    assert not list(cache.iterdir())
    fetch(model)
    assert (cache / "toy.bin").read_bytes() == CONTENT


def test_a_damaged_file_is_downloaded_again(
    server: Server, model: CatalogueModel, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fetch(model)
    (cache / "toy.bin").write_bytes(CONTENT[::-1])
    fetch(model)
    assert (cache / "toy.bin").read_bytes() == CONTENT
    assert server.requests == 2
    assert caplog.text.count("toy.bin is damaged and is fetched again") == 1


@pytest.mark.parametrize("content", [b"other", b"", CONTENT[:-1]])
def test_another_file_is_removed(
    server: Server, model: CatalogueModel, cache: Path, content: bytes
) -> None:
    server.content = content
    digest = hashlib.sha256(content).hexdigest()
    with pytest.raises(ModelError, match=rf"{digest}.*, expected sha256 {SHA256}; try again"):
        fetch(model)
    assert not list(cache.iterdir())


@pytest.mark.parametrize("status", [404, 403])
def test_a_server_without_the_file(server: Server, model: CatalogueModel, status: int) -> None:
    server.status = status
    with pytest.raises(ModelError, match=rf"{status} Client Error.*or copy the file"):
        fetch(model)


def test_no_server(model: CatalogueModel, server: Server) -> None:
    files = {"toy.bin": CatalogueFile("http://127.0.0.1:9/toy.bin", SHA256)}
    with pytest.raises(ModelError, match=r"cannot download http://127.0.0.1:9/toy.bin \(.*refused"):
        fetch(replace(model, files=files))
    assert not server.requests


def test_without_pooch(model: CatalogueModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ModelError, match=r"need the package pooch; `pip install pooch`, or copy"):
        fetch(model)


def test_the_user_has_to_accept_the_terms(
    server: Server, restricted: CatalogueModel, capsys: pytest.CaptureFixture[str]
) -> None:
    assert restricted.restricted
    assert cli.main(["models", "get", "toy"]) == 1
    output = capsys.readouterr().err
    assert "research only: LICENSE; read them" in output
    assert "--accept-licence" in output
    assert not server.requests


def test_accepted_on_the_command_line(
    restricted: CatalogueModel, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["models", "get", "toy", "--accept-licence"]) == 0
    path = cache / "toy.caffemodel"
    assert capsys.readouterr().out.splitlines() == [
        str(path),
        f"next: pose-action models convert-openpose {path}",
    ]
    # Only an MD5 is published, so the SHA-256 is stored with the download.
    assert (cache / "toy.caffemodel.sha256").read_text() == f"{SHA256}  toy.caffemodel\n"
    assert cli.main(["models", "get", "toy"]) == 0
    path.write_bytes(CONTENT[::-1])
    assert missing_files(restricted) == ["toy.caffemodel"]


def test_a_damaged_file_is_listed_so_and_logged_once(
    restricted: CatalogueModel,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(command, "read_catalogue", lambda: {"toy": restricted})
    cache.mkdir(parents=True)
    (cache / "toy.caffemodel").write_bytes(CONTENT[:-1])
    assert cli.main(["models", "list"]) == 0
    assert "damaged   toy: " in capsys.readouterr().out
    assert not caplog.text
    assert cli.main(["models", "get", "toy", "--accept-licence"]) == 0
    assert caplog.text.count("is damaged") == 1


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
    output = capsys.readouterr().out
    for layout in ("body_25", "coco_18", "mpi_15"):
        model = catalogue_model(f"openpose_{layout}")
        assert model.restricted
        ((name, file),) = model.files.items()
        assert name.endswith(".caffemodel")
        size = f"{file.bytes / 1e6:.1f} MB" if file.bytes else "size not published"
        assert f"{name}: {size}, md5 {file.md5}, {file.place}" in output
    assert "openpose/blob/master/LICENSE" in output
    assert "104.7 MB" in output
