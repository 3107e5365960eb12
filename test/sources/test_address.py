"""Addresses: a web server of this test, and hosts that do not answer."""

import os
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import cv2
import numpy as np
import pytest

from pose_action_ros.errors import SourceError
from pose_action_ros.sources import SourceSettings, open_source
from pose_action_ros.sources.address import fault_of


class Answers(BaseHTTPRequestHandler):
    """Answers by path: a film, a web page, an endless stream of JPEG, or an error."""

    film = b""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/film.avi":
            self._send("video/x-msvideo", self.film)
        elif path == "/watch":
            self._send("text/html", b"<html>" + bytes(100))
        elif path == "/data":
            self._send("application/octet-stream", b"\x01" * 9000)
        elif path == "/private":
            self.send_error(401)
        elif path == "/camera":
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=one")
            self.end_headers()
            image = cv2.imencode(".jpg", np.full((48, 64, 3), 90, np.uint8))[1].tobytes()
            head = f"--one\r\nContent-Type: image/jpeg\r\nContent-Length: {len(image)}\r\n\r\n"
            for _ in range(40):
                self.wfile.write(head.encode() + image + b"\r\n")
        else:
            self.send_error(404)

    def _send(self, kind: str, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the web server."""
    path = tmp_path_factory.mktemp("film") / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for number in range(12):
        writer.write(np.full((48, 64, 3), 5 * number, np.uint8))
    writer.release()
    Answers.film = path.read_bytes()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_film_of_a_web_server_has_an_end_and_its_own_time(server: str) -> None:
    with closing(open_source(SourceSettings(source=f"{server}/film.avi?key=hidden"))) as source:
        stamps = [frame.stamp for frame in source]
    np.testing.assert_allclose(stamps, np.arange(12) / 10, atol=1e-6)
    assert source.damage == ""


def test_a_camera_of_a_web_server_is_live(server: str) -> None:
    source = open_source(SourceSettings(source=f"{server}/camera"))
    assert source.length is None
    frames = iter(source)
    assert next(frames).image.shape == (48, 64, 3)
    with pytest.raises(SourceError, match=r"stream http://127.* gives no more images"):
        list(frames)
    source.close()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/watch", "this is a web page"),
        ("/data", "the server sends application/octet-stream, in which OpenCV finds no images"),
        ("/gone.mp4", "the server answers 404 (Not Found)"),
        ("/private", "the server answers 401 (Unauthorized)"),
    ],
)
def test_the_answer_of_a_server(server: str, path: str, words: str) -> None:
    with pytest.raises(SourceError, match=re.escape(words)):
        open_source(SourceSettings(source=server + path))


def test_the_user_is_not_doubted_before_the_password(server: str) -> None:
    address = server.replace("//", "//user:secret@") + "/private"
    with pytest.raises(SourceError, match="are path, user and password right") as caught:
        open_source(SourceSettings(source=address))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("rtsp://user:secret@127.0.0.1:9/path?key=hidden", "refuses port 9"),
        ("http://127.0.0.1:9/hidden.mjpg", "refuses port 9"),
        ("http://user:secret@[::1", "the address is malformed"),
        ("rtsp://user:secret@/hidden", "the address names no host"),
        ("rtsp://no-such-host.invalid/hidden", "no host 'no-such-host.invalid' is known here"),
        ("http://no-such-host.invalid/hidden", "no host 'no-such-host.invalid' is known here"),
        ("ftps://127.0.0.1:9/secret", "unknown protocol 'ftps', expected one of rtsp"),
    ],
)
def test_an_address_that_cannot_be_opened(address: str, words: str) -> None:
    with pytest.raises(SourceError, match=re.escape(words)) as caught:
        open_source(SourceSettings(source=address))
    assert "webcam" not in str(caught.value)
    assert not re.search("secret|hidden", str(caught.value))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutError("timed out"), "does not answer within"),
        (OSError(113, "No route to host"), "not reachable at port 554: "),
    ],
)
def test_hosts_out_of_reach(monkeypatch: pytest.MonkeyPatch, error: OSError, words: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "create_connection", fail)
    assert words in fault_of("rtsp://camera/stream")


def test_other_reasons() -> None:
    with socket.create_server(("127.0.0.1", 0)) as host:
        reason = fault_of(f"rtsp://127.0.0.1:{host.getsockname()[1]}/wrong")
    assert reason.startswith("the host answers; are path, user and password right?")
    assert fault_of("udp://@:5000").startswith("no images arrive")
