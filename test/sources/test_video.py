import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from pose_action_ros.errors import SourceError
from pose_action_ros.sources import SourceSettings, open_source
from shared_data import media, needs_shared

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


def test_a_missing_webcam() -> None:
    with pytest.raises(SourceError, match="webcam 97"):
        open_source(SourceSettings(source="/dev/video97"))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("rtsp://user:secret@127.0.0.1:9/path?key=hidden", "stream rtsp://127.0.0.1:9 cannot"),
        ("http://127.0.0.1:9/hidden.mjpg", "host reachable"),
        ("http://user:secret@[::1", "stream http://... cannot"),
        ("ftps://127.0.0.1:9/secret", "unknown protocol 'ftps', expected one of rtsp"),
    ],
)
def test_an_address_that_cannot_be_opened(address: str, words: str) -> None:
    with pytest.raises(SourceError, match=re.escape(words)) as caught:
        open_source(SourceSettings(source=address))
    assert "webcam" not in str(caught.value)
    assert not re.search("secret|hidden", str(caught.value))


@needs_shared
def test_a_real_clip() -> None:
    source = open_source(SourceSettings(source=str(media("left_hand_wave.mp4"))))
    frames = list(source)
    assert source.rate == 25
    assert len(frames) == source.length == 100
    steps = np.diff([frame.stamp for frame in frames])
    np.testing.assert_allclose(steps, 0.04, atol=1e-3)
