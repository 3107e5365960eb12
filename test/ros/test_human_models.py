"""Joint states, URDF and frames of people as in REP-155, received over DDS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from pose_action_ros.msg import Poses
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import JointState
from std_msgs.msg import String

from keypoint_messages import message, simulated
from messages.test_human_frames import pose
from pose_action_ros.messages.human_frames import JOINTS
from pose_action_ros.nodes.human_models import HumanModels
from pose_action_ros.nodes.lifter_node import LifterNode
from pose_action_ros.poses import Pose3D
from pose_action_ros.skeletons import HUMAN36M_17
from ros_support import BEGIN, Peer, header, spinning, wait_until

Start = Callable[..., Any]
KEPT = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def test_joint_states_and_the_own_lengths_of_a_person(started: Start, peer: Peer) -> None:
    """The description is kept for subscribers that come later."""
    started(LifterNode, ros4hri=True)
    person = simulated()[0]
    states = peer.received["states"]
    peer.create_subscription(JointState, "/humans/bodies/p4/joint_states", states.append, 10)
    peer.publish("keypoints", message(person), until=lambda: states)
    assert states[-1].header == header(BEGIN)
    assert set(states[-1].name) <= {f"{joint.name}_p4" for joint in JOINTS if joint.axis}
    assert len(states[-1].name) == len(states[-1].position)
    found: list[String] = []
    for topic in ("/human_description_p4", "/humans/bodies/p4/urdf"):
        peer.create_subscription(String, topic, found.append, KEPT)
    wait_until(lambda: len(found) == 2)
    assert found[0] == found[1]
    robot = ET.fromstring(found[0].data)
    assert {link.attrib["name"] for link in robot.iter("link")} >= {"body_p4", "l_wrist_p4"}


def test_frames_of_the_limbs_and_of_the_viewer_on_tf(started: Start, peer: Peer) -> None:
    types = pytest.importorskip("tf2_msgs.msg", reason="tf2_msgs is not installed")
    started(LifterNode, ros4hri=True, upright_frame="eye")
    static: list[Any] = []
    peer.create_subscription(types.TFMessage, "/tf_static", static.append, KEPT)
    received = peer.receive(types.TFMessage, "/tf")
    person = message(simulated()[0])
    peer.publish("keypoints", person, until=lambda: received and static)
    frames = {one.child_frame_id: one.header for one in received[-1].transforms}
    assert frames["body_p4"] == header(BEGIN)
    assert frames["l_elbow_p4"].frame_id == "l_shoulder_p4"
    assert {one.frame_id for one in frames.values()} <= {*frames, "camera"}
    (upright,) = static[-1].transforms
    assert (upright.header.frame_id, upright.child_frame_id) == ("camera", "eye")


def test_nothing_under_humans_without_the_parameter(started: Start, peer: Peer) -> None:
    node = started(LifterNode)
    poses = peer.receive(Poses, "poses")
    peer.publish("keypoints", message(simulated()[0]), until=lambda: poses)
    names = [name for name, _ in node.get_topic_names_and_types()]
    assert not [name for name in names if "human" in name]


@pytest.fixture
def models(peer: Peer) -> HumanModels:
    return HumanModels(peer)


def with_id(person: Pose3D, number: int, *, placed: bool = True) -> Pose3D:
    return Pose3D(person.skeleton, person.points, person.scores, number, placed)


def test_frames_of_the_limbs_have_the_lengths_of_this_image(models: HumanModels) -> None:
    person = pose()
    limbs = {it.child_frame_id: it for it in models.publish([person], header())}
    assert set(limbs) == {f"{joint.child}_p1" for joint in JOINTS}
    assert limbs["waist_p1"].header.frame_id == "body_p1"
    assert all(it.header.stamp == header().stamp for it in limbs.values())
    limbs_of = (("l_elbow_p1", "shoulder", "elbow"), ("l_ankle_p1", "knee", "ankle"))
    for link, upper, lower in limbs_of:
        ends = [person.points[HUMAN36M_17.index(f"left_{joint}")] for joint in (upper, lower)]
        shift = limbs[link].transform.translation
        length = np.linalg.norm([shift.x, shift.y, shift.z])
        assert length == pytest.approx(np.linalg.norm(ends[1] - ends[0]))


def test_people_without_place_id_or_hips_have_no_limbs(models: HumanModels) -> None:
    people = [with_id(pose(), 3, placed=False), with_id(pose(), -1), with_id(pose(neck=None), 5)]
    assert models.publish(people, header()) == []
    assert models.publish([pose()], header(frame="")) == []


def test_topics_end_with_the_person_and_with_the_node() -> None:
    with spinning(Peer) as other:
        models = HumanModels(other)
        counts = []
        for second, ids in ((0.0, (1, 2)), (1.0, (1,)), (2.5, (1,)), (-5.0, (1,))):
            models.publish([with_id(pose(), number) for number in ids], header(BEGIN + second))
            names = [f"/humans/bodies/p{number}/joint_states" for number in (1, 2)]
            counts.append([other.count_publishers(name) for name in names])
        assert counts == [[1, 1], [1, 1], [1, 0], [1, 0]]
        models.close()
        assert other.count_publishers("/human_description_p1") == 0
