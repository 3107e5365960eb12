from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bag_files import (
    START,
    STORAGES,
    bag_source,
    brightness_counts,
    header,
    raw,
    raw_images,
    write_bag,
)


def test_headers_without_a_stamp_give_the_time_of_arrival(tmp_path: Path) -> None:
    images = [raw(image, 0.0) for image in brightness_counts(3)]
    frames = list(bag_source(write_bag(tmp_path / "bag", {"/image": images})))
    np.testing.assert_allclose([frame.stamp for frame in frames], [0, 0.1, 0.2], atol=1e-6)


def _stamped(stamps: Sequence[float]) -> list[object]:
    """Equal images with these stamps [s]."""
    (image,) = brightness_counts(1)
    return [raw(image, stamp) for stamp in stamps]


def test_some_headers_without_a_stamp(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The header's clock began at the start of the machine, the recorder's is the wall clock."""
    stamps = [100 + number / 10 if number % 7 else 0.0 for number in range(1, 30)]
    source = bag_source(write_bag(tmp_path / "bag", {"/image": _stamped(stamps)}))
    frames = list(source)
    np.testing.assert_allclose([frame.stamp for frame in frames], np.arange(29) / 10, atol=1e-6)
    assert frames[6].header is not None
    assert frames[6].header.stamp == pytest.approx(100.7e9)
    assert {frame.part for frame in frames} == {0}
    assert "4 images without a stamp have the time of their recording" in caplog.text


def test_late_images_are_dropped_and_counted(tmp_path: Path) -> None:
    stamps = [START + number / 10 for number in range(67)]
    for place in (10, 30, 66):
        stamps[place - 1 : place + 1] = stamps[place], stamps[place - 1]
    source = bag_source(write_bag(tmp_path / "bag", {"/image": _stamped(stamps)}))
    frames = list(source)
    assert [frame.index for frame in frames] == sorted({*range(67)} - {10, 30, 66})
    assert (source.late, source.skipped, source.damage) == (3, 0, "")
    assert {frame.part for frame in frames} == {0}


@STORAGES
@pytest.mark.parametrize("seconds", [3600.0, 2.9, 0.95])
def test_a_bag_whose_clock_jumps_back_is_read_to_its_end(
    tmp_path: Path, storage: str, seconds: float, caplog: pytest.LogCaptureFixture
) -> None:
    stamps = [START + number / 10 - seconds * (number >= 30) for number in range(60)]
    source = bag_source(write_bag(tmp_path / "bag", {"/image": _stamped(stamps)}, storage))
    frames = list(source)
    first = 31 if seconds > 1 else 39
    assert [frame.index for frame in frames] == [*range(30), *range(first, 60)]
    assert [frame.part for frame in frames] == [0] * 30 + [int(seconds > 1)] * (60 - first)
    steps = np.diff([frame.stamp for frame in frames])
    assert (steps > 0).all()
    if seconds > 1:  # the recorder's clock has not jumped
        np.testing.assert_allclose(frames[-1].stamp, 5.9, atol=1e-6)
        assert f"jumped back by {seconds - 0.2:.1f} s, 3.1 s after" in caplog.text


@STORAGES
@pytest.mark.parametrize("damaged", [False, True])
def test_a_bag_of_a_recorder_whose_clock_was_set_back(
    tmp_path: Path, storage: str, damaged: bool
) -> None:
    """The images before and after the jump have the same times of recording."""
    stamps = [START + number % 30 / 10 for number in range(60)]
    images = [
        raw(image, stamp) for image, stamp in zip(brightness_counts(30) * 2, stamps, strict=True)
    ]
    bag = write_bag(tmp_path / "bag", {"/image": images}, storage, received=stamps)
    if damaged:
        (bag / "metadata.yaml").unlink()
    frames = list(bag_source(bag))
    assert [frame.part for frame in frames] == [0] * 30 + [1] * 29
    shown = [float(frame.image.mean()) for frame in frames]
    assert shown == [5 * number for number in [*range(30), *range(1, 30)]]
    times = np.arange(59) / 10
    np.testing.assert_allclose([frame.stamp for frame in frames], times, atol=1e-6)


def test_unordered_and_unreadable_images_are_skipped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    images = raw_images(6)
    images[2].header = header(START)  # type: ignore[attr-defined]
    images[4].encoding = "nv42"  # type: ignore[attr-defined]
    source = bag_source(write_bag(tmp_path / "bag", {"/image": images}))
    assert [frame.index for frame in source] == [0, 1, 3, 5]
    assert (source.skipped, source.late, source.damage) == (1, 1, "")
    assert "only 5 of 6 images on /image could be read: unknown image encoding" in caplog.text
    assert "1 images older than the newest, or repeated, were dropped" in caplog.text
