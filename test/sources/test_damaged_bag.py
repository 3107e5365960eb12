import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import yaml
from rosbags.rosbag2 import CompressionMode

from bag_files import (
    START,
    STORAGES,
    bag_source,
    brightness_counts,
    brightness_of,
    file_of,
    raw,
    raw_images,
    write_bag,
)
from pose_action_ros.errors import SourceError
from pose_action_ros.sources.damaged_bag import is_cut


def test_a_bag_with_nothing_readable(tmp_path: Path) -> None:
    images = [raw(image, START, "nv42") for image in brightness_counts(3)]
    with pytest.raises(SourceError, match=r"only 0 of 3 images on /image.*unknown image encoding"):
        bag_source(write_bag(tmp_path / "bag", {"/image": images}))


@STORAGES
@pytest.mark.parametrize("part", [0.0, 0.01])
def test_a_bag_without_readable_parts_is_refused(tmp_path: Path, storage: str, part: float) -> None:
    bag = write_bag(tmp_path / "bag", {"/image": raw_images(40)}, storage)
    file = file_of(bag)
    file.write_bytes(file.read_bytes()[: int(part * file.stat().st_size)])
    for path in (bag, file):
        with pytest.raises(SourceError, match=f"nothing of bag {path} can be read: .*recover"):
            bag_source(path)


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
    bag = write_bag(tmp_path / "bag", {"/image": raw_images(40)}, storage)
    file = file_of(bag)
    file.write_bytes(file.read_bytes()[: int(part * file.stat().st_size)])
    for path in (bag, file):
        source = bag_source(path)
        shown = brightness_of(source)
        assert shown == [5 * number for number in range(len(shown))]
        assert part * 40 - 5 < len(shown) <= 40  # the pages of SQLite end elsewhere in each version
        assert f"bag {path}: " in source.damage
        assert source.damage in caplog.text
    whole = bag_source(bag)
    count = len(list(whole))
    assert whole.skipped == 40 - count  # metadata.yaml says how many there were
    assert f"only {count} of 40 images" in whole.damage or count == 40


@STORAGES
def test_a_folder_without_metadata(tmp_path: Path, storage: str) -> None:
    bag = write_bag(tmp_path / "bag", {"/image": raw_images()}, storage)
    (bag / "metadata.yaml").unlink()
    source = bag_source(bag)
    assert len(list(source)) == 7
    assert "7 images on /image could be read: metadata.yaml is missing" in source.damage
    whole = bag_source(file_of(bag))
    assert len(list(whole)) == 7
    assert not whole.damage


def _split(folder: Path, storage: str, count: int = 3) -> Path:
    """A bag of several files of 5 images each, as ROS 2 writes one when it splits."""
    parts = [
        write_bag(folder / f"bag_{number}", {"/image": raw_images(15)[5 * number :][:5]}, storage)
        for number in range(count)
    ]
    bag = folder / "bag"
    bag.mkdir()
    metadata = yaml.safe_load((parts[0] / "metadata.yaml").read_text())
    inside = metadata["rosbag2_bagfile_information"]
    inside["relative_file_paths"] = [file_of(part).name for part in parts]
    inside["topics_with_message_count"][0]["message_count"] = inside["message_count"] = 5 * count
    for part in parts:
        file_of(part).rename(bag / file_of(part).name)
    (bag / "metadata.yaml").write_text(yaml.safe_dump(metadata))
    return bag


@STORAGES
def test_a_missing_file_of_a_split_bag(tmp_path: Path, storage: str) -> None:
    bag = _split(tmp_path, storage)
    source = bag_source(bag)
    assert (brightness_of(source), source.damage) == ([5 * number for number in range(15)], "")
    (lost,) = bag.glob("bag_1.*")
    lost.unlink()
    source = bag_source(bag)
    assert brightness_of(source) == [0, 5, 10, 15, 20, 50, 55, 60, 65, 70]
    assert source.skipped == 5
    assert "only 10 of 15 images" in source.damage
    assert f"{lost.name} is missing" in source.damage
    (bag / "metadata.yaml").unlink()
    assert brightness_of(bag_source(bag)) == [0, 5, 10, 15, 20, 50, 55, 60, 65, 70]


def test_messages_in_the_log_of_a_killed_recorder(tmp_path: Path) -> None:
    file = file_of(write_bag(tmp_path / "bag", {"/image": raw_images(9)}))
    live, killed = sqlite3.connect(file), tmp_path / "killed.db3"
    assert live.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    live.execute("DELETE FROM messages WHERE id > 3")
    live.commit()
    shutil.copy(file, killed)
    shutil.copy(f"{file}-wal", f"{killed}-wal")
    live.close()
    source = bag_source(killed)
    assert brightness_of(source) == [0, 5, 10]
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
    file = file_of(write_bag(tmp_path / "bag", {"/image": images}, "mcap", compression))
    content = file.read_bytes()
    file.write_bytes(content[: int(0.6 * len(content))] + bytes(100_000))
    assert least <= len(list(bag_source(file))) <= 24


@pytest.mark.parametrize("text", ["", "a: [", "rosbag2_bagfile_information: 7"])
def test_damaged_metadata(tmp_path: Path, text: str) -> None:
    (tmp_path / "metadata.yaml").write_text(text)
    with pytest.raises(SourceError, match=r"nothing of bag.*can be read"):
        bag_source(tmp_path)


@pytest.mark.parametrize("name", ["no.mcap", "no.db3"])
def test_a_file_that_is_no_bag(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no bag")
    with pytest.raises(SourceError, match=f"nothing of bag.*{name} can be read"):
        bag_source(tmp_path / name)
    with pytest.raises(SourceError, match="no source"):
        bag_source(tmp_path / "missing.mcap")


def test_a_bag_is_read_up_to_its_damage(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    shown = enumerate(brightness_counts(20, (320, 240)))
    images = [raw(image, START + number / 10) for number, image in shown]
    file = file_of(write_bag(tmp_path / "bag", {"/image": images}, "mcap"))
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 500_000] = b"\xff" * 500_000
    file.write_bytes(content)
    source = bag_source(file)
    count = len(list(source))
    assert 0 < count < 20
    assert source.skipped == 20 - count
    assert f"only {count} of 20 images on /image could be read: " in caplog.text
