"""`process` writes a bag."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rosbags.interfaces import (
    Connection,
    ConnectionExtRosbag2,
    MessageDefinition,
    MessageDefinitionFormat,
)
from rosbags.rosbag2 import Reader

from bag_files import START, brightness_counts, camera_info, raw, write_bag
from pose_action_ros import cli
from pose_action_ros.messages.definitions import definitions, typestore
from pose_action_ros.output.original_messages import _definition
from pose_action_ros.output.viewer_topics import TF, TOPICS

pytestmark = pytest.mark.usefixtures("fake_stages")
STORAGES = pytest.mark.parametrize("storage", ["sqlite3", "mcap"])
SECOND = 10**9


def _bag(
    folder: Path, storage: str = "sqlite3", count: int = 25, topic: str = "/eye/image"
) -> Path:
    """Images at 10 per second, the first black, and their camera."""
    shown = enumerate(brightness_counts(count))
    images = [raw(image, START + number / 10) for number, image in shown]
    topics = {topic: images, "/eye/camera_info": [camera_info(64, 48, 50.0)] * 3}
    return write_bag(folder / "walk", topics, storage)


def _process(source: Path, output: Path, *options: str | Path) -> int:
    words = ["process", source, "--output", output, "--no-video", *options]
    return cli.main([str(word) for word in words])


def _messages(path: Path) -> dict[str, list[tuple[int, bytes]]]:
    """The messages of a bag by topic, with the time of recording [ns]."""
    found = defaultdict(list)
    with Reader(path) as reader:
        for connection, stamp, data in reader.messages(reader.connections):
            found[connection.topic].append((stamp, bytes(data)))
    return found


def _ours(path: Path) -> dict[str, list[Any]]:
    """Messages of this package, read with the definitions in the bag."""
    found = defaultdict(list)
    with Reader(path) as reader:
        ours = [item for item in reader.connections if item.msgtype.startswith("pose_action_ros/")]
        for connection, _, data in reader.messages(ours):
            found[connection.topic].append(typestore().deserialize_cdr(data, connection.msgtype))
    return found


def _stamps(messages: list[Any]) -> list[int]:
    return [item.header.stamp.sec * SECOND + item.header.stamp.nanosec for item in messages]


@pytest.mark.parametrize(
    ("name", "storage"),
    [
        ("results.mcap", "sqlite3"),
        ("results.db3", "mcap"),
        ("results", "sqlite3"),
        ("results", "mcap"),
    ],
)
def test_a_bag_with_our_topics_alone(tmp_path: Path, name: str, storage: str) -> None:
    made, out = tmp_path / name, tmp_path / "out"
    options = ("--write-bag", made, "--bag-storage", storage)
    assert _process(_bag(tmp_path), out, *options) == 0
    assert made.is_file() is (name != "results")
    if name == "results":
        assert (made / f"results.{storage.replace('sqlite3', 'db3')}").is_file()
    found = _ours(made)
    assert set(found) == {"/keypoints", "/poses", "/action"}
    assert set(_messages(made)) == {*found, *TOPICS} - {TF}  # these people have no hips
    images = [round(START * SECOND) + number * SECOND // 10 for number in range(25)]
    np.testing.assert_allclose(_stamps(found["/keypoints"]), images, atol=300)
    assert _stamps(found["/poses"]) == _stamps(found["/keypoints"])
    assert {item.header.frame_id for item in found["/poses"]} == {"camera"}
    first, second = found["/keypoints"][:2]
    assert (first.width, first.height, first.skeleton, first.people) == (64, 48, "body_25", [])
    assert len(second.people[0].keypoints) == 25
    with np.load(out / "poses.npz") as recording:
        keypoints = found["/keypoints"][7].people[0].keypoints
        joints = [(joint.x, joint.y, joint.score) for joint in keypoints]
        np.testing.assert_array_equal(np.array(joints, np.float32), recording["keypoints"][6])
        pose = found["/poses"][7].people[0]
        points = [(joint.x, joint.y, joint.z) for joint in pose.joints]
        np.testing.assert_array_equal(np.array(points, np.float32), recording["poses"][6, :, :3])
        assert pose.placement == 1
        np.testing.assert_allclose(recording["intrinsics"][0, 2], 50.0)  # the bag's camera
    answer = found["/action"][-1]
    assert (answer.label, answer.labels, list(answer.person_ids)) == (
        "waving_left",
        ["standing", "waving_left"],
        [0],
    )
    assert answer.scores.tolist() == [0.25, 0.75]
    begin = answer.window_start.sec * SECOND + answer.window_start.nanosec
    assert _stamps([answer])[0] - begin == SECOND


@STORAGES
def test_beside_the_original_messages_in_their_order(tmp_path: Path, storage: str) -> None:
    source, made = _bag(tmp_path, storage), tmp_path / "new" / "both"
    options = ("--write-bag", made, "--with-originals", "--bag-storage", storage)
    assert _process(source, tmp_path / "out", *options) == 0
    before, after = _messages(source), _messages(made)
    for topic, messages in before.items():
        assert after[topic] == messages
    times = [stamp for stamp, _ in after["/keypoints"]]
    assert times == [stamp for stamp, _ in before["/eye/image"]]
    with Reader(source) as one, Reader(made) as other:
        digests = {item.topic: item.digest for item in other.connections}
        for item in one.connections:
            assert digests[item.topic] == item.digest
            assert next(
                copy.msgdef.data for copy in other.connections if copy.topic == item.topic
            ).startswith("std_msgs/Header header")
        order = [stamp for _, stamp, _ in other.messages(other.connections)]
    assert order == sorted(order)
    assert [path.name for path in made.parent.iterdir()] == ["both"]


def test_results_in_the_bag_are_replaced(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """TF of the same people, too."""
    first, second = tmp_path / "first", tmp_path / "second.mcap"
    assert not _process(_bag(tmp_path), tmp_path, "--write-bag", first, "--with-originals")
    assert not _process(first, tmp_path, "--write-bag", second, "--with-originals")
    assert _messages(first) == _messages(second)
    assert "/action of" in caplog.text


def test_a_part_of_a_bag_with_the_originals_of_that_time(tmp_path: Path) -> None:
    made = tmp_path / "part.mcap"
    options = ("--write-bag", made, "--with-originals", "--seconds", "0.95")
    assert not _process(_bag(tmp_path), tmp_path / "out", *options)
    assert {topic: len(messages) for topic, messages in _messages(made).items()} == {
        "/eye/image": 10,
        "/eye/camera_info": 3,
        "/keypoints_node/overlay/compressed": 10,
        "/lifter_node/markers": 10,
        "/action_node/markers": 10,
        "/tf_static": 1,
        "/keypoints": 10,
        "/poses": 10,
        "/action": 9,
    }


def test_a_bag_of_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    source = _bag(tmp_path)
    for name in ("again", "again.db3"):
        for _ in range(2):
            assert not _process(source, tmp_path / "out", "--write-bag", tmp_path / name)
        assert len(_messages(tmp_path / name)["/poses"]) == 25


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (("--write-bag", "walk"), "in the way of the source"),
        (("--write-bag", "."), "in the way of the source"),
        (("--write-bag", "walk/walk.db3"), "in the way of the source"),
        (("--write-bag", "other"), "something else is there"),
        (("--write-bag", "new", "--loop"), "leave out one of them"),
        (("--write-bag", "other/text/new.mcap"), "other/text"),
    ],
)
def test_places_that_cannot_be_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    printed: str,
) -> None:
    source = _bag(tmp_path)
    before = _messages(source)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "text").write_text("mine")
    monkeypatch.chdir(tmp_path)
    assert _process(source, tmp_path / "out", *words) == 1
    error = capsys.readouterr().err
    assert printed in error
    assert error.count("\n") == 1
    assert _messages(source) == before


def test_originals_need_a_bag(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--write-bag", tmp_path / "x", "--with-originals", "--seconds", "0.1")
    assert _process(Path("simulation"), tmp_path / "out", *options) == 1
    assert "needs a bag as source, got 'simulation'" in capsys.readouterr().err


def test_stamps_of_other_sources_count_from_zero(tmp_path: Path) -> None:
    made = tmp_path / "film.mcap"
    options = ("--write-bag", made, "--seconds", "0.25", "--rate", "10")
    assert not _process(Path("simulation"), tmp_path / "out", *options)
    assert _stamps(_ours(made)["/keypoints"]) == [0, SECOND // 10, SECOND // 5]


def test_a_truncated_bag_is_processed_as_far_as_it_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, made = _bag(tmp_path, "mcap"), tmp_path / "copy.mcap"
    file = source / "walk.mcap"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    options = ("--write-bag", made, "--with-originals")
    assert _process(source, tmp_path / "out", *options) == 3
    found = _messages(made)
    assert len(found["/keypoints"]) == len(found["/eye/image"]) > 8
    printed = capsys.readouterr().out
    assert f"only {len(found['/poses'])} of 25 images on /eye/image could be read" in printed
    assert "walk.mcap is truncated" in printed


def test_definitions_of_messages_without_definition_in_the_bag() -> None:
    def connection(kind: str, text: str = "") -> Connection:
        form = MessageDefinitionFormat.MSG if text else MessageDefinitionFormat.NONE
        ext = ConnectionExtRosbag2("cdr", [])
        return Connection(1, "/a", kind, MessageDefinition(form, text), "", 0, ext, None)

    text, digest = _definition(connection("sensor_msgs/msg/Image"))
    assert text.startswith("std_msgs/Header header")
    assert digest == typestore().hash_rihs01("sensor_msgs/msg/Image")
    assert _definition(connection("mine/msg/Odd")) == ("", f"RIHS01_{0:064}")
    text, digest = _definition(connection("mine/msg/Number", "int32 value\n"))
    assert text == "int32 value\n"
    assert digest != f"RIHS01_{0:064}"


def test_every_message_is_defined() -> None:
    names = {path.stem for path in (Path(__file__).parents[2] / "msg").glob("*.msg")}
    assert set(definitions()) == {f"pose_action_ros/msg/{name}" for name in names}
