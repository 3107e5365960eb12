from pathlib import Path

import cv2
import numpy as np
import pytest

from pose_action_ros.errors import SourceError
from pose_action_ros.sources import SourceSettings, open_source


def _picture(path: Path, brightness: int) -> None:
    path.write_bytes(cv2.imencode(".png", np.full((8, 6, 3), brightness, np.uint8))[1].tobytes())


def test_natural_order_and_rate(tmp_path: Path) -> None:
    for number in (10, 9, 1, 100):
        _picture(tmp_path / f"frame{number}.png", number)
    (tmp_path / "notes.txt").write_text("no image")
    source = open_source(SourceSettings(source=str(tmp_path), rate=5.0))
    frames = list(source)
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [1, 9, 10, 100]
    np.testing.assert_allclose([frame.stamp for frame in frames], [0, 0.2, 0.4, 0.6])
    assert source.rate == 5


def test_unreadable_images_are_counted_and_leave_a_gap(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        _picture(tmp_path / f"{number}.png", number)
    (tmp_path / "1.png").write_bytes(b"broken")
    source = open_source(SourceSettings(source=str(tmp_path), rate=10.0))
    frames = list(source)
    assert [(frame.index, frame.stamp) for frame in frames] == [(0, 0.0), (2, 0.2)]
    assert source.skipped == 1
    assert "1.png" in caplog.text


def test_a_folder_with_nothing_readable(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"")
    with pytest.raises(SourceError, match="none of the 1 images"):
        list(open_source(SourceSettings(source=str(tmp_path))))


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no images.*\.png"):
        open_source(SourceSettings(source=str(tmp_path)))


def test_looping_keeps_the_rate(tmp_path: Path) -> None:
    for number in range(2):
        _picture(tmp_path / f"{number}.png", number)
    settings = SourceSettings(source=str(tmp_path), rate=4.0, loop=True, seconds=1.5)
    frames = list(open_source(settings))
    np.testing.assert_allclose([frame.stamp for frame in frames], np.arange(6) / 4)


def test_names_beyond_ascii(tmp_path: Path) -> None:
    _picture(tmp_path / "Бег.png", 7)
    assert len(list(open_source(SourceSettings(source=str(tmp_path))))) == 1


@pytest.mark.parametrize("name", ["photo.png", "photo", "photo.data"])
def test_one_image_is_a_source(tmp_path: Path, name: str) -> None:
    _picture(tmp_path / "other.png", 1)
    _picture(tmp_path / name, 7)
    source = open_source(SourceSettings(source=str(tmp_path / name)))
    (frame,) = source
    assert (frame.index, frame.stamp, int(frame.image[0, 0, 0])) == (0, 0.0, 7)
    assert source.length == 1


def test_one_damaged_image_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff damaged")
    with pytest.raises(SourceError, match=r"photo\.jpg is cut off: its end is missing"):
        list(open_source(SourceSettings(source=str(tmp_path / "photo.jpg"))))
