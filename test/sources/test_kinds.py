import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import SourceError
from pose_action_ros.sources import SourceSettings, open_source
from pose_action_ros.sources.kinds import (
    IMAGE_FILES,
    VIDEO_FILES,
    Kind,
    bag_files,
    device_of,
    kind_of,
    sources_in,
    stem_of,
    title_of,
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("simulation", Kind.SIMULATION),
        ("0", Kind.LIVE),
        ("/dev/video3", Kind.LIVE),
        ("rtsp://camera/stream", Kind.LIVE),
    ],
)
def test_names_without_files(name: str, kind: Kind) -> None:
    assert kind_of(name) is kind


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\x00\x00\x00\x20ftypisom", Kind.VIDEO),
        (b"\x1a\x45\xdf\xa3 webm", Kind.VIDEO),
        (b"RIFF\x01\x02\x03\x04AVI LIST", Kind.VIDEO),
        (b"\x00\x00\x01\xba", Kind.VIDEO),
        (b"\x47" + bytes(187) + b"\x47", Kind.VIDEO),
        (b"GIF89a", Kind.VIDEO),
        (b"\xff\xd8\xff\xe0", Kind.IMAGE),
        (b"\x89PNG\r\n\x1a\n", Kind.IMAGE),
        (b"RIFF\x01\x02\x03\x04WEBPVP8 ", Kind.IMAGE),
    ],
)
def test_the_content_of_a_file_decides(tmp_path: Path, start: bytes, kind: Kind) -> None:
    (tmp_path / "file").write_bytes(start + bytes(600))
    assert kind_of(str(tmp_path / "file")) is kind


@pytest.mark.parametrize("ending", ["", ".txt", ".mp4", ".MKV"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Zwölf Boxkämpfer\n".encode() * 100, "a text file"),
        (b"%PDF-1.7\n\x00", "a PDF document"),
        (b"", "an empty file"),
    ],
)
def test_other_files_are_no_videos(tmp_path: Path, ending: str, content: bytes, words: str) -> None:
    path = tmp_path / f"file{ending}"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=rf"not a video: .*file.* is {words}; expected .*video"):
        kind_of(str(path))


def test_recordings_and_models_are_no_videos(tmp_path: Path) -> None:
    np.savez(tmp_path / "poses.npz", poses=np.zeros(3))
    np.save(tmp_path / "poses.npy", np.zeros(3))
    (tmp_path / "model.onnx").write_bytes(b"\x08\x07\x12\x07pytorch" + bytes(600))
    for path in tmp_path.iterdir():
        with pytest.raises(SourceError, match=f"not a video: .*{path.name}"):
            kind_of(str(path))


@given(st.binary(max_size=600), st.sampled_from(["", ".txt", *VIDEO_FILES, *IMAGE_FILES]))
def test_any_file_has_a_kind_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ending: str
) -> None:
    path = tmp_path_factory.mktemp("any") / f"file{ending}"
    path.write_bytes(content)
    try:
        assert kind_of(str(path)) in (Kind.IMAGE, Kind.VIDEO)
    except SourceError as error:
        assert path.name in str(error)  # noqa: PT017 - not every content is refused


@pytest.mark.parametrize("name", ["", "nofile.mp4", "/nowhere/at/all"])
def test_a_missing_file_is_refused_with_the_kinds(name: str) -> None:
    with pytest.raises(SourceError, match=rf"no source '{name}'.*simulation.*video.*webcam"):
        kind_of(name)


def test_kinds_need_neither_numpy_nor_opencv() -> None:
    code = (
        "import sys; sys.modules.update(numpy=None, cv2=None, yaml=None)\n"
        "from pose_action_ros.sources.kinds import kind_of; print(kind_of('simulation'))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


CAMERA = os.stat_result((stat.S_IFCHR | 0o660, *range(9)), {"st_rdev": os.makedev(81, 3)})


@pytest.fixture
def camera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A device of Video4Linux by its name of udev, and link.mp4, a link to it."""
    path = tmp_path / "by-id" / "usb-046d_Camera:1.0-video-index0"
    path.parent.mkdir()
    path.touch()
    (tmp_path / "link.mp4").symlink_to(path)
    real = Path.stat

    def status(self: Path, **options: bool) -> os.stat_result:
        return CAMERA if os.path.realpath(self) == str(path) else real(self, **options)

    monkeypatch.setattr(Path, "stat", status)
    return path


def test_a_camera_by_any_name(camera: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.mp4"
    for path in (camera, link):
        assert kind_of(str(path)) is Kind.LIVE
        assert device_of(str(path)) == str(path)
        assert sources_in(str(path)) == [str(path)]
    assert stem_of(str(camera)) == "webcam_usb-046d_Camera:1.0-video-index0"
    assert (device_of("/dev/video3"), device_of("3"), title_of("/dev/video3")) == (3, 3, "webcam_3")
    assert device_of(str(tmp_path)) is None
    assert device_of("a\0b") is None


def test_the_device_itself_where_one_can_be_made(tmp_path: Path) -> None:
    try:
        os.mknod(tmp_path / "camera", stat.S_IFCHR | 0o600, os.makedev(81, 63))
    except PermissionError:
        pytest.skip("this user may not make devices")
    assert kind_of(str(tmp_path / "camera")) is Kind.LIVE
    with pytest.raises(SourceError, match=r"webcam .*/camera cannot be opened: another program"):
        open_source(SourceSettings(source=str(tmp_path / "camera")))


def test_devices_that_are_no_cameras(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/null")
    for name in ("/dev/null", str(tmp_path / "link")):
        with pytest.raises(SourceError, match=rf"{name} is a device but no camera: `ls /dev/video"):
            kind_of(name)
    with pytest.raises(SourceError, match=r"no device /dev/robot_camera: is the camera connected"):
        kind_of("/dev/robot_camera")
    with pytest.raises(SourceError, match=r"no device /dev/video97, but .*; is it connected"):
        open_source(SourceSettings(source="/dev/video97"))


def test_pipes_sockets_and_links_to_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match=r"pipe is a pipe, which cannot be read twice"):
        kind_of(str(tmp_path / "pipe"))
    (tmp_path / "link.mp4").symlink_to(tmp_path / "gone.mp4")
    with pytest.raises(SourceError, match=r"is a link to .*gone\.mp4, which does not exist"):
        kind_of(str(tmp_path / "link.mp4"))
    with pytest.raises(SourceError, match="cannot be read: File name too long"):
        kind_of("x" * 300)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("file:///home/film.mp4", "is the address of a file; name its path"),
        ("rtsp:/camera/stream", "an address has a protocol, such as rtsp://HOST/PATH"),
        ("www.example.org/film.mp4", "an address has a protocol"),
    ],
)
def test_addresses_that_are_none(name: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        kind_of(name)


def test_companions_of_macos_are_no_sources(tmp_path: Path) -> None:
    for name in ("one.mp4", "two.mp4", "three.mcap"):
        (tmp_path / name).write_bytes(bytes(4) + b"ftyp" + bytes(600))
        (tmp_path / f"._{name}").write_bytes(b"\x00\x05\x16\x07" + bytes(80))
    names = [Path(name).name for name in sources_in(str(tmp_path))]
    assert names == ["one.mp4", "three.mcap", "two.mp4"]
    (tmp_path / "bag").mkdir()
    for name in ("run_0.mcap", "._run_0.mcap", "._1.png"):
        (tmp_path / "bag" / name).touch()
    assert kind_of(str(tmp_path / "bag")) is Kind.BAG
    assert [file.name for file in bag_files(tmp_path / "bag")] == ["run_0.mcap"]
    with pytest.raises(SourceError, match="a companion file of macOS"):
        kind_of(str(tmp_path / "._three.mcap"))
