from pathlib import Path

import cv2
import numpy as np
import pytest

from pose_action_ros.errors import SettingError
from pose_action_ros.output.video import HIGHEST_RATE, LONGEST_FREEZE, VideoFile


def _frames(path: Path) -> list[np.ndarray]:
    capture = cv2.VideoCapture(str(path))
    frames: list[np.ndarray] = []
    while True:
        found, image = capture.read()
        if not found:
            return frames
        frames.append(np.asarray(image))


def _write(path: Path, stamps: list[float], rate: float = 10.0) -> list[float]:
    """Write images that get brighter by 10; return the brightness of those in the file."""
    video = VideoFile(path, rate)
    for number, stamp in enumerate(stamps):
        video.add(np.full((48, 64, 3), 10 + 10 * number, np.uint8), stamp)
    video.close()
    return [float(frame.mean()) for frame in _frames(path)]


def test_regular_images_once_each(tmp_path: Path) -> None:
    brightness = _write(tmp_path / "a.mp4", [0.0, 0.1, 0.2, 0.3])
    np.testing.assert_allclose(brightness, [10, 20, 30, 40], atol=4)


def test_a_pause_freezes_the_picture(tmp_path: Path) -> None:
    brightness = _write(tmp_path / "a.mp4", [0.0, 0.1, 0.5])
    assert len(brightness) == 6
    np.testing.assert_allclose(brightness[-1], 30, atol=4)


def test_images_of_fast_sources_are_left_out(tmp_path: Path) -> None:
    assert len(_write(tmp_path / "a.mp4", [number / 100 for number in range(20)])) in (2, 3)
    assert VideoFile(tmp_path / "b.mp4", 1000.0).rate == HIGHEST_RATE


def test_a_very_long_pause_is_shortened(tmp_path: Path) -> None:
    brightness = _write(tmp_path / "a.mp4", [0.0, 1000.0, 1000.1])
    assert len(brightness) <= (LONGEST_FREEZE + 1) * 10


@pytest.mark.parametrize("rate", [0.1, 7.123456789, 24000 / 1001, 29.97002997, 59.94, 333.3])
def test_every_rate_can_be_written(tmp_path: Path, rate: float) -> None:
    assert _write(tmp_path / "a.mp4", [0.0, 1 / rate], rate)


def test_other_sizes_are_scaled(tmp_path: Path) -> None:
    video = VideoFile(tmp_path / "a.mp4", 10.0)
    video.add(np.zeros((48, 64, 3), np.uint8), 0.0)
    video.add(np.zeros((100, 30, 3), np.uint8), 0.1)
    video.close()
    assert [frame.shape for frame in _frames(tmp_path / "a.mp4")] == [(48, 64, 3)] * 2


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    video = VideoFile(tmp_path / "missing" / "a.mp4", 10.0)
    with pytest.raises(SettingError, match=r"a\.mp4"):
        video.add(np.zeros((48, 64, 3), np.uint8), 0.0)


def test_without_images_there_is_no_file(tmp_path: Path) -> None:
    VideoFile(tmp_path / "a.mp4", 10.0).close()
    assert not (tmp_path / "a.mp4").exists()
