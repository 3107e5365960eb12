import sys
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np
import pytest

from pose_action_ros.errors import SettingError
from pose_action_ros.output.settings import ProcessSettings
from pose_action_ros.output.video import (
    CODECS,
    DEFAULT_CODEC,
    HIGHEST_RATE,
    LONGEST_FREEZE,
    VideoFile,
)
from pose_action_ros.settings import limits_of


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


def test_an_odd_last_row_and_column_are_cut_off(tmp_path: Path) -> None:
    image = np.zeros((49, 65, 3), np.uint8)
    image[:48, :64] = 200
    video = VideoFile(tmp_path / "a.mp4", 10.0)
    video.add(image, 0.0)
    video.close()
    (frame,) = _frames(tmp_path / "a.mp4")
    assert frame.shape == (48, 64, 3)
    np.testing.assert_allclose(frame, 200, atol=4)


def test_a_colon_in_the_path_names_no_protocol(tmp_path: Path) -> None:
    (tmp_path / "10:30").mkdir()
    assert len(_write(tmp_path / "10:30" / "a:b.mp4", [0.0, 0.1])) == 2


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_can_be_chosen(tmp_path: Path, codec: str) -> None:
    av = pytest.importorskip("av")
    video = VideoFile(tmp_path / "a.mp4", 10.0, codec)
    video.add(np.full((48, 64, 3), 90, np.uint8), 0.0)
    video.close()
    with av.open(str(tmp_path / "a.mp4")) as file:
        assert file.streams.video[0].codec_context.name == codec
    np.testing.assert_allclose(_frames(tmp_path / "a.mp4")[0], 90, atol=8)


def test_without_pyav_opencv_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.chdir(tmp_path)
    _write(Path("a:b.mp4"), [0.0, 0.1])
    (tmp_path / "a:b.mp4").rename("a.mp4")
    brightness = [float(frame.mean()) for frame in _frames(tmp_path / "a.mp4")]
    np.testing.assert_allclose(brightness, [10, 20], atol=4)


def test_the_settings_have_the_codecs() -> None:
    (item,) = (one for one in fields(ProcessSettings) if one.name == "video_codec")
    assert limits_of(item).choices == tuple(CODECS)
    assert item.default == DEFAULT_CODEC


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    video = VideoFile(tmp_path / "missing" / "a.mp4", 10.0)
    with pytest.raises(SettingError, match=r"a\.mp4"):
        video.add(np.zeros((48, 64, 3), np.uint8), 0.0)


def test_without_images_there_is_no_file(tmp_path: Path) -> None:
    VideoFile(tmp_path / "a.mp4", 10.0).close()
    assert not (tmp_path / "a.mp4").exists()
