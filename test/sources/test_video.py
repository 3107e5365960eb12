from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from pose_action_ros.errors import SourceError
from pose_action_ros.sources import SourceSettings, open_source
from pose_action_ros.sources.capture import Capture
from pose_action_ros.sources.video import open_webcam
from shared_data import media

FilmMaker = Callable[[str, int], Path]


@pytest.fixture
def film(tmp_path: Path) -> FilmMaker:
    """Write videos of 10 images per second; the brightness counts the images."""

    def make(name: str, count: int) -> Path:
        path = tmp_path / name
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
        for number in range(count):
            writer.write(np.full((48, 64, 3), 5 * number, np.uint8))
        writer.release()
        return path

    return make


def test_every_image_with_its_stamp(film: FilmMaker) -> None:
    source = open_source(SourceSettings(source=str(film("film.avi", 7))))
    frames = list(source)
    assert [frame.index for frame in frames] == list(range(7))
    np.testing.assert_allclose([frame.stamp for frame in frames], np.arange(7) / 10, atol=1e-6)
    brightness = [float(frame.image.mean()) for frame in frames]
    np.testing.assert_allclose(brightness, 5 * np.arange(7), atol=2)
    assert (source.rate, source.length, source.intrinsics) == (10, 7, None)
    assert not source.skip_until(3.0)


def test_a_video_can_be_read_twice(film: FilmMaker) -> None:
    source = open_source(SourceSettings(source=str(film("film.avi", 5))))
    assert len(list(source)) == len(list(source)) == 5


def test_time_continues_over_a_loop(film: FilmMaker) -> None:
    settings = SourceSettings(source=str(film("film.avi", 5)), loop=True, seconds=1.25)
    source = open_source(settings)
    frames = list(source)
    np.testing.assert_allclose([frame.stamp for frame in frames], np.arange(13) / 10, atol=1e-6)
    assert [frame.index for frame in frames] == list(range(13))
    assert source.length == 13


def test_seconds_cut_a_video(film: FilmMaker) -> None:
    source = open_source(SourceSettings(source=str(film("film.avi", 9)), seconds=0.4))
    assert len(list(source)) == source.length == 4


@pytest.mark.parametrize("content", [b"", b"not a film", bytes(5000)])
def test_a_file_that_is_no_video_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"broken\.mp4"):
        open_source(SourceSettings(source=str(path)))


def test_a_video_without_images_is_an_error(film: FilmMaker) -> None:
    with pytest.raises(SourceError, match=r"empty\.avi"):
        open_source(SourceSettings(source=str(film("empty.avi", 0))))


def test_a_truncated_video_is_read_up_to_the_cut(
    film: FilmMaker, caplog: pytest.LogCaptureFixture
) -> None:
    path = film("cut.avi", 40)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    source = open_source(SourceSettings(source=str(path)))
    count = len(list(source))
    assert 0 < count < 40
    if source.length == 40:  # if the header still promises all of them
        assert source.skipped == 40 - count
        assert "cut.avi" in caplog.text


def test_unknown_names_list_the_kinds_of_sources() -> None:
    with pytest.raises(SourceError, match=r"nowhere.*simulation.*video file.*folder"):
        open_source(SourceSettings(source="/nowhere/at/all.mp4"))


@pytest.mark.parametrize("name", ["12:30.avi", "cam:front", "rtsp:x.avi", "2026.11.30.avi", "a.b."])
def test_colons_and_dots_in_names(
    film: FilmMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    film("film.avi", 5).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    for path in (name, f"./{name}", str(tmp_path / name)):
        assert len(list(open_source(SourceSettings(source=path)))) == 5


def anamorphic(path: Path, aspect: str, size: tuple[int, int] = (64, 48)) -> Path:
    """A raw video of 4 images with pixels of an aspect ratio; the left half is white."""
    width, height = size
    row = bytes([235] * (width // 2) + [16] * (width // 2))
    image = b"FRAME\n" + row * height + bytes([128]) * (width * height // 2)
    head = f"YUV4MPEG2 W{width} H{height} F10:1 Ip A{aspect} C420jpeg\n"
    path.write_bytes(head.encode() + 4 * image)
    return path


@pytest.mark.parametrize(
    ("aspect", "size", "scale"),
    [
        ("16:15", (68, 48), (16 / 15, 1.0)),  # PAL in 4:3
        ("64:45", (91, 48), (64 / 45, 1.0)),  # PAL in 16:9
        ("8:9", (64, 54), (1.0, 9 / 8)),  # NTSC in 4:3
        ("1:1", (64, 48), (1.0, 1.0)),
        ("0:0", (64, 48), (1.0, 1.0)),  # unknown
        ("100:1", (64, 48), (1.0, 1.0)),  # wrong
    ],
)
def test_pixels_are_made_square(
    tmp_path: Path, aspect: str, size: tuple[int, int], scale: tuple[float, float]
) -> None:
    source = open_source(SourceSettings(source=str(anamorphic(tmp_path / "film.y4m", aspect))))
    frames = list(source)
    assert len(frames) == 4
    for frame in frames:
        assert frame.image.shape[1::-1] == size
        np.testing.assert_allclose(frame.scale, scale, rtol=1e-6)
        edge = np.flatnonzero(np.diff(frame.image[20, :, 0].astype(int)) < -20).mean()
        assert abs(edge - size[0] / 2) < 1.5


class Turned:
    """A capture of a film that lies on its side in the file, as phones write it."""

    def __init__(self, automatic: float) -> None:
        self.values = {
            cv2.CAP_PROP_SAR_NUM: 4.0,
            cv2.CAP_PROP_SAR_DEN: 3.0,
            cv2.CAP_PROP_ORIENTATION_META: 90.0,
            cv2.CAP_PROP_ORIENTATION_AUTO: automatic,
        }

    def get(self, name: int) -> float:
        return self.values.get(name, 0.0)

    def isOpened(self) -> bool:  # noqa: N802 - of OpenCV
        return True

    def read(self) -> tuple[bool, np.ndarray]:
        return True, np.zeros((60, 30, 3), np.uint8)


@pytest.mark.parametrize(("automatic", "size"), [(1.0, (30, 80)), (0.0, (40, 60))])
def test_the_pixels_of_a_turned_film(
    monkeypatch: pytest.MonkeyPatch, automatic: float, size: tuple[int, int]
) -> None:
    monkeypatch.setattr(cv2, "VideoCapture", lambda *_: Turned(automatic))
    image = Capture("film", "").read()
    assert image is not None
    assert image.shape[1::-1] == size


def test_webcams_are_opened_by_number_or_path(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[int | str, int]] = []

    class Closed:
        def __init__(self, name: int | str, backend: int) -> None:
            opened.append((name, backend))

        def isOpened(self) -> bool:  # noqa: N802 - of OpenCV
            return False

        def release(self) -> None: ...

    monkeypatch.setattr(cv2, "VideoCapture", Closed)
    for name in (97, "/dev/v4l/by-id/camera"):
        with pytest.raises(SourceError, match=f"webcam {name} cannot be opened: there is no"):
            open_webcam(name, (640, 480))
    assert opened == [(97, cv2.CAP_ANY), ("/dev/v4l/by-id/camera", cv2.CAP_V4L2)]


def test_a_real_clip() -> None:
    source = open_source(SourceSettings(source=str(media("left_hand_wave.mp4"))))
    frames = list(source)
    assert source.rate == 25
    assert len(frames) == source.length == 100
    steps = np.diff([frame.stamp for frame in frames])
    np.testing.assert_allclose(steps, 0.04, atol=1e-3)
