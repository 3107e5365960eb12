import shutil
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from rosbags.rosbag2 import CompressionMode

from bag_files import START, brightness_counts, camera_info, compressed, header, raw, write_bag
from pose_action_ros.errors import SourceError
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.sources import Source, SourceSettings, open_source
from pose_action_ros.sources.damaged_bag import is_cut

STORAGES = pytest.mark.parametrize("storage", ["sqlite3", "mcap"])


def _images(count: int = 7) -> list[object]:
    """Raw images at 10 a second."""
    shown = enumerate(brightness_counts(count))
    return [raw(image, START + number / 10) for number, image in shown]


def _open(path: Path, topic: str = "", **settings: Any) -> Source:
    return open_source(SourceSettings(source=str(path), image_topic=topic, **settings))


def _brightness(source: Source) -> list[float]:
    return [float(frame.image.mean()) for frame in source]


def _file(bag: Path) -> Path:
    """The file with the messages."""
    (file,) = (path for path in bag.iterdir() if path.name != "metadata.yaml")
    return file


@STORAGES
def test_every_image_with_the_stamp_of_its_header(tmp_path: Path, storage: str) -> None:
    bag = write_bag(tmp_path / "bag", {"/image": _images()}, storage)
    for path in (bag, _file(bag)):
        source = _open(path)
        frames = list(source)
        assert [frame.index for frame in frames] == list(range(7))
        np.testing.assert_allclose([frame.stamp for frame in frames], np.arange(7) / 10, atol=1e-6)
        assert [float(frame.image.mean()) for frame in frames] == list(range(0, 35, 5))
        assert (source.length, source.intrinsics, source.skipped) == (7, None, 0)
        np.testing.assert_allclose(source.rate, 10, atol=1e-4)
        assert len(list(source)) == 7


@STORAGES
def test_compressed_images_and_their_camera(tmp_path: Path, storage: str) -> None:
    images = [compressed(image, START) for image in brightness_counts(1)]
    topics = {
        "/eye/image_raw/compressed": images,
        "/eye/camera_info": [camera_info(128, 96, 100.0)],
        "/other/camera_info": [camera_info(64, 48, 7.0)],
    }
    source = _open(write_bag(tmp_path / "bag", topics, storage))
    assert len(list(source)) == 1
    camera = source.intrinsics
    assert camera is not None
    assert (camera.width, camera.height, camera.fx, camera.cx) == (64, 48, 50, 31.5)  # half as big


def test_rectified_images_have_the_other_camera(tmp_path: Path) -> None:
    topics = {"/eye/image_rect": _images(), "/eye/camera_info": [camera_info(64, 48, 100.0)]}
    camera = _open(write_bag(tmp_path / "bag", topics)).intrinsics
    assert camera is not None
    assert (camera.fx, camera.cx, camera.distortion) == (200, 20, ())


def test_rectified_images_prefer_their_own_camera_info(tmp_path: Path) -> None:
    infos = [camera_info(64, 48, 100.0)], [camera_info(64, 48, 80.0)]
    topics = {
        "/eye/image_rect/compressed": [compressed(brightness_counts(1)[0], START)],
        "/eye/camera_info": infos[0],
        "/eye/camera_info_rect": infos[1],
    }
    camera = _open(write_bag(tmp_path / "both", topics)).intrinsics
    assert camera is not None
    assert (camera.fx, camera.distortion) == (160, ())
    del topics["/eye/camera_info"]
    assert _open(write_bag(tmp_path / "one", topics)).intrinsics == camera


def test_the_first_usable_camera_info_is_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    odd = camera_info(64, 48, 90.0, d=[0.1, 0.2, 0.3])
    infos = [camera_info(64, 48, 0.0), camera_info(640, 300, 100.0), odd, camera_info(64, 48, 70.0)]
    source = _open(write_bag(tmp_path / "bag", {"/image": _images(), "/camera_info": infos}))
    assert source.intrinsics is not None
    assert (source.intrinsics.fx, source.intrinsics.distortion) == (90, ())
    assert source.uncalibrated == ""
    (line,) = caplog.messages
    assert line.startswith("/camera_info has a lens that is not used: got 3 coefficients, expected")


@pytest.mark.parametrize(
    ("topic", "info", "reason"),
    [
        ("/camera_info", camera_info(640, 300, 100.0), "/camera_info is not used: it"),
        ("/camera_info", camera_info(64, 48, 0.0), "/camera_info is not used: K is"),
        ("/eye/info", camera_info(64, 48, 9.0), "no camera_info on /camera_info, the bag has /eye"),
    ],
)
def test_an_assumed_camera_is_named_in_one_line(
    tmp_path: Path, topic: str, info: Any, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    source = _open(write_bag(tmp_path / "bag", {"/image": _images(), topic: [info]}))
    assert source.intrinsics is None
    assert source.uncalibrated.startswith(reason)
    list(Pipeline(field_of_view=50.0).process(source))
    (line,) = caplog.messages
    assert line == f"{source.uncalibrated}; a field of view of 50 degrees is assumed"


def test_one_of_two_topics_is_chosen(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", {"/left": _images(3), "/right": _images(5)})
    with pytest.raises(SourceError, match=r"/left \(3 images\), /right \(5 images\)"):
        _open(bag)
    assert len(list(_open(bag, "/right"))) == 5
    with pytest.raises(SourceError, match=r"no images on '/up'; it has /left \(3 images\)"):
        _open(bag, "/up")


@pytest.mark.parametrize("name", ["/keypoints_node/overlay/compressed", "/robot/pipeline/spmf"])
def test_images_that_this_package_drew_are_read_only_by_name(tmp_path: Path, name: str) -> None:
    both = write_bag(tmp_path / "both", {"/left": _images(3), name: _images(5)})
    assert len(list(_open(both))) == 3
    alone = write_bag(tmp_path / "alone", {name: _images(5)})
    with pytest.raises(SourceError, match=f"no images of a camera, only {name}"):
        _open(alone)
    assert len(list(_open(alone, name))) == 5


def test_a_bag_without_images(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", {"/camera_info": [camera_info(64, 48, 9.0)]})
    with pytest.raises(SourceError, match="no images; it has /camera_info"):
        _open(bag)


def test_loop_and_duration(tmp_path: Path) -> None:
    source = _open(write_bag(tmp_path / "bag", {"/image": _images(5)}), loop=True, seconds=0.75)
    assert _brightness(source) == [0, 5, 10, 15, 20, 0, 5, 10]


def test_headers_without_a_stamp_give_the_time_of_arrival(tmp_path: Path) -> None:
    images = [raw(image, 0.0) for image in brightness_counts(3)]
    frames = list(_open(write_bag(tmp_path / "bag", {"/image": images})))
    np.testing.assert_allclose([frame.stamp for frame in frames], [0, 0.1, 0.2], atol=1e-6)


def _stamped(stamps: Sequence[float]) -> list[object]:
    """Equal images with these stamps [s]."""
    (image,) = brightness_counts(1)
    return [raw(image, stamp) for stamp in stamps]


def test_some_headers_without_a_stamp(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The header's clock began at the start of the machine, the recorder's is the wall clock."""
    stamps = [100 + number / 10 if number % 7 else 0.0 for number in range(1, 30)]
    source = _open(write_bag(tmp_path / "bag", {"/image": _stamped(stamps)}))
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
    source = _open(write_bag(tmp_path / "bag", {"/image": _stamped(stamps)}))
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
    source = _open(write_bag(tmp_path / "bag", {"/image": _stamped(stamps)}, storage))
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
    frames = list(_open(bag))
    assert [frame.part for frame in frames] == [0] * 30 + [1] * 29
    shown = [float(frame.image.mean()) for frame in frames]
    assert shown == [5 * number for number in [*range(30), *range(1, 30)]]
    times = np.arange(59) / 10
    np.testing.assert_allclose([frame.stamp for frame in frames], times, atol=1e-6)


def test_unordered_and_unreadable_images_are_skipped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    images = _images(6)
    images[2].header = header(START)  # type: ignore[attr-defined]
    images[4].encoding = "nv42"  # type: ignore[attr-defined]
    source = _open(write_bag(tmp_path / "bag", {"/image": images}))
    assert [frame.index for frame in source] == [0, 1, 3, 5]
    assert (source.skipped, source.late, source.damage) == (1, 1, "")
    assert "only 5 of 6 images on /image could be read: unknown image encoding" in caplog.text
    assert "1 images older than the newest, or repeated, were dropped" in caplog.text


def test_a_bag_with_nothing_readable(tmp_path: Path) -> None:
    images = [raw(image, START, "nv42") for image in brightness_counts(3)]
    with pytest.raises(SourceError, match=r"only 0 of 3 images on /image.*unknown image encoding"):
        _open(write_bag(tmp_path / "bag", {"/image": images}))


@STORAGES
@pytest.mark.parametrize("part", [0.0, 0.01])
def test_a_bag_without_readable_parts_is_refused(tmp_path: Path, storage: str, part: float) -> None:
    bag = write_bag(tmp_path / "bag", {"/image": _images(40)}, storage)
    file = _file(bag)
    file.write_bytes(file.read_bytes()[: int(part * file.stat().st_size)])
    for path in (bag, file):
        with pytest.raises(SourceError, match=f"nothing of bag {path} can be read: .*recover"):
            _open(path)


@pytest.mark.parametrize("page", [512, 4096, 65536])
def test_a_cut_database_is_noticed_without_sqlite(tmp_path: Path, page: int) -> None:
    file = tmp_path / "some.db3"
    with closing(sqlite3.connect(file)) as base:
        base.execute(f"PRAGMA page_size = {page}")
        base.execute("CREATE TABLE messages (data BLOB)")
        base.execute("INSERT INTO messages VALUES (zeroblob(300000))")
        base.commit()
    assert not is_cut(file)
    whole = file.read_bytes()
    file.write_bytes(whole + b"more")
    assert not is_cut(file)
    for left in (len(whole) - 1, len(whole) // 2, 100):
        file.write_bytes(whole[:left])
        assert is_cut(file)
    file.write_bytes(whole[:99])
    assert not is_cut(file)  # no header: SQLite itself refuses it


@STORAGES
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.999])
def test_a_truncated_bag_is_read_up_to_the_cut(
    tmp_path: Path, storage: str, part: float, caplog: pytest.LogCaptureFixture
) -> None:
    bag = write_bag(tmp_path / "bag", {"/image": _images(40)}, storage)
    file = _file(bag)
    file.write_bytes(file.read_bytes()[: int(part * file.stat().st_size)])
    for path in (bag, file):
        source = _open(path)
        shown = _brightness(source)
        assert shown == [5 * number for number in range(len(shown))]
        assert part * 40 - 4 < len(shown) <= 40
        assert f"bag {path}: " in source.damage
        assert source.damage in caplog.text
    whole = _open(bag)
    count = len(list(whole))
    assert whole.skipped == 40 - count  # metadata.yaml says how many there were
    assert f"only {count} of 40 images" in whole.damage or count == 40


@STORAGES
def test_a_folder_without_metadata(tmp_path: Path, storage: str) -> None:
    bag = write_bag(tmp_path / "bag", {"/image": _images()}, storage)
    (bag / "metadata.yaml").unlink()
    source = _open(bag)
    assert len(list(source)) == 7
    assert "7 images on /image could be read: metadata.yaml is missing" in source.damage
    whole = _open(_file(bag))
    assert len(list(whole)) == 7
    assert not whole.damage


def _split(folder: Path, storage: str, count: int = 3) -> Path:
    """A bag of several files of 5 images each, as ROS 2 writes one when it splits."""
    parts = [
        write_bag(folder / f"bag_{number}", {"/image": _images(15)[5 * number :][:5]}, storage)
        for number in range(count)
    ]
    bag = folder / "bag"
    bag.mkdir()
    metadata = yaml.safe_load((parts[0] / "metadata.yaml").read_text())
    inside = metadata["rosbag2_bagfile_information"]
    inside["relative_file_paths"] = [_file(part).name for part in parts]
    inside["topics_with_message_count"][0]["message_count"] = inside["message_count"] = 5 * count
    for part in parts:
        _file(part).rename(bag / _file(part).name)
    (bag / "metadata.yaml").write_text(yaml.safe_dump(metadata))
    return bag


@STORAGES
def test_a_missing_file_of_a_split_bag(tmp_path: Path, storage: str) -> None:
    bag = _split(tmp_path, storage)
    source = _open(bag)
    assert (_brightness(source), source.damage) == ([5 * number for number in range(15)], "")
    (lost,) = bag.glob("bag_1.*")
    lost.unlink()
    source = _open(bag)
    assert _brightness(source) == [0, 5, 10, 15, 20, 50, 55, 60, 65, 70]
    assert source.skipped == 5
    assert "only 10 of 15 images" in source.damage
    assert f"{lost.name} is missing" in source.damage
    (bag / "metadata.yaml").unlink()
    assert _brightness(_open(bag)) == [0, 5, 10, 15, 20, 50, 55, 60, 65, 70]


def test_messages_in_the_log_of_a_killed_recorder(tmp_path: Path) -> None:
    file = _file(write_bag(tmp_path / "bag", {"/image": _images(9)}))
    live, killed = sqlite3.connect(file), tmp_path / "killed.db3"
    assert live.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    live.execute("DELETE FROM messages WHERE id > 3")
    live.commit()
    shutil.copy(file, killed)
    shutil.copy(f"{file}-wal", f"{killed}-wal")
    live.close()
    source = _open(killed)
    assert _brightness(source) == [0, 5, 10]
    assert "killed.db3 was not closed" in source.damage


@pytest.mark.parametrize(
    ("compression", "least"), [(CompressionMode.NONE, 23), (CompressionMode.STORAGE, 18)]
)
def test_a_truncated_mcap_of_several_chunks(
    tmp_path: Path, compression: CompressionMode, least: int
) -> None:
    rng = np.random.default_rng(0)
    shown = enumerate(rng.integers(0, 256, (40, 240, 320, 3), np.uint8))
    images = [raw(image, START + number / 10) for number, image in shown]
    file = _file(write_bag(tmp_path / "bag", {"/image": images}, "mcap", compression))
    content = file.read_bytes()
    file.write_bytes(content[: int(0.6 * len(content))] + bytes(100_000))
    assert least <= len(list(_open(file))) <= 24


@pytest.mark.parametrize("text", ["", "a: [", "rosbag2_bagfile_information: 7"])
def test_damaged_metadata(tmp_path: Path, text: str) -> None:
    (tmp_path / "metadata.yaml").write_text(text)
    with pytest.raises(SourceError, match=r"nothing of bag.*can be read"):
        _open(tmp_path)


@pytest.mark.parametrize("name", ["no.mcap", "no.db3"])
def test_a_file_that_is_no_bag(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no bag")
    with pytest.raises(SourceError, match=f"nothing of bag.*{name} can be read"):
        _open(tmp_path / name)
    with pytest.raises(SourceError, match="no source"):
        _open(tmp_path / "missing.mcap")


@pytest.mark.parametrize(("encoding", "size"), [("16UC1", 2), ("32FC1", 4)])
def test_depth_is_named_once(
    tmp_path: Path, encoding: str, size: int, caplog: pytest.LogCaptureFixture
) -> None:
    images: list[Any] = _images(5)
    for image in images:
        image.encoding, image.step = encoding, 64 * size
        image.data = np.zeros(64 * 48 * size, np.uint8)
    bag = write_bag(tmp_path / "bag", {"/depth": images})
    if encoding == "16UC1":
        source = _open(bag)
        assert [len(list(source)) for _ in range(2)] == [5, 5]
    else:
        with pytest.raises(SourceError, match=r"0 of 5 images on /depth.*encoding '32FC1'"):
            _open(bag)
    named = [
        f"/depth: images of the encoding {encoding} are probably depth" in line
        for line in caplog.messages
    ]
    assert sum(named) == 1


def test_compressed_images_whose_red_and_blue_are_the_other_way(tmp_path: Path) -> None:
    red = np.full((48, 64, 3), (10, 20, 240), np.uint8)
    sent = compressed(np.ascontiguousarray(red[..., ::-1]), START)
    sent.format = "rgb8; jpeg compressed rgb8"
    (frame,) = _open(write_bag(tmp_path / "bag", {"/image/compressed": [sent]}))
    assert np.abs(frame.image.astype(int) - red).max() < 8


def test_bags_of_ros_1_are_refused(tmp_path: Path) -> None:
    (tmp_path / "old.bag").write_bytes(b"#ROSBAG V2.0\n")
    with pytest.raises(SourceError, match=r"bag of ROS 1.*rosbags-convert --src .*old\.bag"):
        _open(tmp_path / "old.bag")


def test_without_rosbags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bag = write_bag(tmp_path / "bag", {"/image": _images(1)})
    monkeypatch.delitem(sys.modules, "pose_action_ros.sources.bag", raising=False)
    monkeypatch.delitem(sys.modules, "pose_action_ros.sources.damaged_bag", raising=False)
    monkeypatch.setitem(sys.modules, "rosbags.interfaces", None)
    with pytest.raises(SourceError, match=r"needs rosbags.*pip install rosbags"):
        _open(bag)


def test_a_bag_is_read_up_to_its_damage(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    shown = enumerate(brightness_counts(20, (320, 240)))
    images = [raw(image, START + number / 10) for number, image in shown]
    file = _file(write_bag(tmp_path / "bag", {"/image": images}, "mcap"))
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 500_000] = b"\xff" * 500_000
    file.write_bytes(content)
    source = _open(file)
    count = len(list(source))
    assert 0 < count < 20
    assert source.skipped == 20 - count
    assert f"only {count} of 20 images on /image could be read: " in caplog.text
