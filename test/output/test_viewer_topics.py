"""Topics of `--write-bag` for viewers, and the layout for Foxglove and Lichtblick."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from rosbags.interfaces import MessageDefinitionFormat, QosDurability

from bag_files import START, brightness_counts, raw, write_bag
from pose_action_ros import cli
from pose_action_ros.camera import OPTICAL_FRAME
from pose_action_ros.messages.definitions import new_message, typestore
from pose_action_ros.output.bag_file import TOPICS as RESULTS
from pose_action_ros.output.viewer_topics import TF, TF_STATIC, TOPICS, UPRIGHT_FRAME, is_own_tf

LAYOUT = Path(__file__).resolve().parents[2] / "config" / "foxglove_layout.json"


def _process(folder: Path, *options: str) -> Path:
    """The bag of a simulated person, with the models."""
    made = folder / "results.mcap"
    words = [
        "process",
        "simulation",
        "--seconds",
        "1.6",
        "--rate",
        "10",
        "--no-video",
        "--seed",
        "4",
    ]
    words += ["--output", str(folder), "--write-bag", str(made), "--export", "json", *options]
    assert cli.main(words) == 0
    return made


def _read(path: Path) -> dict[str, list[Any]]:
    """Messages by topic, read with the definitions that the bag contains."""
    found: dict[str, list[Any]] = defaultdict(list)
    with AnyReader([path]) as reader:
        for connection, _, data in reader.messages():
            found[connection.topic].append(reader.deserialize(data, connection.msgtype))
    return found


def _transforms(*children: str) -> Any:
    """A message of TF."""
    kind = "geometry_msgs/msg/TransformStamped"
    transforms = [new_message(kind, child_frame_id=name) for name in children]
    return new_message(TOPICS[TF], transforms=transforms)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("viewers")
    _process(folder)
    return folder


@pytest.fixture(scope="module")
def messages(folder: Path) -> dict[str, list[Any]]:
    return _read(folder / "results.mcap")


def test_every_topic_has_the_stamps_of_the_images(messages: dict[str, list[Any]]) -> None:
    assert set(messages) == {*RESULTS, *TOPICS}
    stamps = [item.header.stamp for item in messages["/keypoints"]]
    assert [item.header.stamp for item in messages["/keypoints_node/overlay/compressed"]] == stamps
    for topic in ("/lifter_node/markers", "/action_node/markers"):
        assert len(messages[topic]) == len(stamps)
        for array, stamp in zip(messages[topic], stamps, strict=True):
            assert all(marker.header.stamp == stamp for marker in array.markers)
    assert len(messages[TF_STATIC]) == 1


def test_the_overlay_is_a_jpeg_with_the_people(messages: dict[str, list[Any]]) -> None:
    message = messages["/keypoints_node/overlay/compressed"][-1]
    image = cv2.imdecode(message.data, cv2.IMREAD_COLOR)
    assert image is not None
    keypoints = messages["/keypoints"][-1]
    assert (message.format, image.shape) == ("jpeg", (keypoints.height, keypoints.width, 3))
    (person,) = keypoints.people
    shoulder = person.keypoints[2]  # the right one, in blue
    blue, _, red = image[round(shoulder.y), round(shoulder.x)].astype(int)
    assert blue - red > 100


def test_markers_are_at_the_poses_with_labels_above(
    folder: Path, messages: dict[str, list[Any]]
) -> None:
    images = json.loads((folder / "images.json").read_text(encoding="utf-8"))
    for array, poses in zip(messages["/lifter_node/markers"], messages["/poses"], strict=True):
        placed = [one for one in poses.people if one.placement == 1]
        assert [marker.id for marker in array.markers] == [one.id for one in placed]
        for marker, one in zip(array.markers, placed, strict=True):
            joints = {(dot.x, dot.y, dot.z) for dot in one.joints}
            assert {(dot.x, dot.y, dot.z) for dot in marker.points} <= joints
            assert len(marker.points) == len(marker.colors) > 20
    texts = [array.markers[0].text.split() for array in messages["/action_node/markers"][3:]]
    labels = [image["people"][0]["label"] for image in images[3:]]
    shown = [words[1] if len(words) > 1 else "unknown" for words in texts]
    assert [(one, label) for one, label in zip(shown, labels, strict=True) if one != label] == []
    assert {words[0] for words in texts} == {"#0"}


def test_people_stand_upright_in_the_frame_of_the_layout(messages: dict[str, list[Any]]) -> None:
    (level,) = messages[TF_STATIC][0].transforms
    assert (level.header.frame_id, level.child_frame_id) == (OPTICAL_FRAME, UPRIGHT_FRAME)
    turn = level.transform.rotation
    axis, w = np.array([turn.x, turn.y, turn.z]), turn.w

    def in_optical(vector: tuple[float, ...]) -> list[float]:
        v = np.array(vector)
        turned: list[float] = (v + 2 * np.cross(axis, np.cross(axis, v) + w * v)).tolist()
        return turned

    np.testing.assert_allclose(in_optical((1, 0, 0)), [0, 0, 1], atol=1e-9)  # forward
    np.testing.assert_allclose(in_optical((0, 0, 1)), [0, -1, 0], atol=1e-9)  # up
    body = messages[TF][-1].transforms[0]
    assert body.child_frame_id == "body_0"
    hip = messages["/poses"][-1].people[0].joints[0]
    shift = body.transform.translation
    np.testing.assert_allclose([shift.x, shift.y, shift.z], [hip.x, hip.y, hip.z])


def test_static_frames_are_kept_for_later_subscriptions(folder: Path) -> None:
    with AnyReader([folder / "results.mcap"]) as reader:
        (static,) = (item for item in reader.connections if item.topic == TF_STATIC)
    ext: Any = static.ext
    assert [one.durability for one in ext.offered_qos_profiles] == [QosDurability.TRANSIENT_LOCAL]


@pytest.mark.usefixtures("fake_stages")
def test_without_topics_for_viewers(tmp_path: Path) -> None:
    assert set(_read(_process(tmp_path, "--no-bag-viewers"))) == {*RESULTS}


@pytest.mark.parametrize(
    ("children", "own"),
    [
        (["body_4"], True),
        (["body_front_p4", "body_7"], True),
        (["body_p4", "waist_p4", "l_y_shoulder_front_p4"], True),
        ([UPRIGHT_FRAME], True),
        ([f"front_{UPRIGHT_FRAME}"], True),
        (["torso_link"], False),
        (["body_link"], False),
        (["body_4", "base_link"], False),
        (["base_link"], False),
        ([], False),
    ],
)
def test_frames_of_a_robot_are_not_those_of_people(children: list[str], own: bool) -> None:
    message = _transforms(*children)
    data = bytes(typestore().serialize_cdr(message, TOPICS[TF]))
    assert is_own_tf(TF, data) is own
    assert not is_own_tf("/elsewhere", data)


@pytest.mark.usefixtures("fake_stages")
def test_transforms_of_a_robot_are_copied_beside_those_of_people(tmp_path: Path) -> None:
    images = [raw(image, START + number / 10) for number, image in enumerate(brightness_counts(3))]
    robot = {
        "/image": images,
        TF: [_transforms("base_link"), _transforms("body_4"), _transforms("arm", "body_9")],
        TF_STATIC: [_transforms("lidar"), _transforms(UPRIGHT_FRAME)],
    }
    source, made = write_bag(tmp_path / "robot", robot), tmp_path / "both"
    words = ["process", source, "--output", tmp_path / "out", "--no-video", "--write-bag", made]
    assert cli.main([*map(str, words), "--with-originals"]) == 0
    found = {
        topic: [[one.child_frame_id for one in message.transforms] for message in messages]
        for topic, messages in _read(made).items()
        if topic in {TF, TF_STATIC}
    }
    assert found[TF] == [["base_link"], ["arm", "body_9"]]
    assert sorted(found[TF_STATIC]) == [["lidar"], [UPRIGHT_FRAME]]
    with AnyReader([made]) as reader:
        topics = [connection.topic for connection in reader.connections]
    assert sorted(topics) == sorted(set(topics))


def _panels(layout: Any) -> Iterator[str]:
    if isinstance(layout, str):
        yield layout
    else:
        yield from _panels(layout["first"])
        yield from _panels(layout["second"])


def _layout() -> Any:
    return json.loads(LAYOUT.read_text(encoding="utf-8"))


def test_the_layout_shows_topics_of_the_bag() -> None:
    layout = _layout()
    panels = layout["configById"]
    assert sorted(_panels(layout["layout"])) == sorted(panels)
    image, space = panels["Image!overlay"], panels["3D!people"]
    assert TOPICS[image["imageMode"]["imageTopic"]] == "sensor_msgs/msg/CompressedImage"
    assert space["followTf"] == UPRIGHT_FRAME
    for panel in (image, space):
        for topic in panel["topics"]:
            assert TOPICS[topic] == "visualization_msgs/msg/MarkerArray"
        # without it, Lichtblick shows an alert
        assert panel["scene"]["transforms"]["enablePreloading"] is True


def test_viewers_can_decode_the_topics(folder: Path) -> None:
    """Lichtblick and Foxglove decode CDR with a definition in the bag."""
    with AnyReader([folder / "results.mcap"]) as reader:
        found = {one.topic: one for one in reader.connections}
        for topic, name in TOPICS.items():
            ext: Any = found[topic].ext
            assert (found[topic].msgtype, ext.serialization_format) == (name, "cdr")
        for one in found.values():
            assert one.msgdef.format is MessageDefinitionFormat.MSG, one.topic
            assert one.msgdef.data, one.topic


def test_paths_of_the_layout_select_actions(messages: dict[str, list[Any]]) -> None:
    panels = _layout()["configById"]
    for panel, field in (("StateTransitions!labels", "label"), ("Plot!scores", "score")):
        paths = [path["value"] for path in panels[panel]["paths"]]
        one_person = [f"/action{{person_ids=={number}}}.{field}" for number in (0, 1)]
        assert paths == [*one_person, f"/action.{field}"]
    assert messages["/action"]
    for message in messages["/action"]:
        assert hasattr(message, "label")
        assert hasattr(message, "score")
        assert list(message.person_ids) == [0]
