"""The real hri_msgs, where it is installed: compared with the stand-ins, and received over DDS."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

hri_msgs = pytest.importorskip("hri_msgs.msg", reason="hri_msgs is not installed")

from pose_action_ros.msg import Action  # noqa: E402 - only with ROS

import hri_types  # noqa: E402
from pose_action_ros.nodes import keypoints_node  # noqa: E402
from pose_action_ros.nodes.keypoints_node import KeypointsNode  # noqa: E402
from ros_support import (  # noqa: E402
    FakeDetector,
    Peer,
    grey_message,
    header,
    person,
    wait_until,
)

Start = Callable[..., Any]


def test_stand_ins_have_the_fields_and_constants_of_hri_msgs() -> None:
    for name, stand_in in inspect.getmembers(hri_types, is_dataclass):
        real = getattr(hri_msgs, name)
        assert set(real.get_fields_and_field_types()) == {item.name for item in fields(stand_in)}
        constants = {key: value for key, value in vars(stand_in).items() if key.isupper()}
        assert constants == {key: getattr(real, key) for key in constants}


def test_people_are_published_under_humans(
    started: Start, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = FakeDetector(person())
    monkeypatch.setattr(keypoints_node, "make_detector", lambda _: detector)
    started(KeypointsNode, ros4hri=True)
    tracked = peer.receive(hri_msgs.IdsList, "/humans/bodies/tracked")
    peer.publish("image", grey_message(), until=lambda: tracked)
    (name,) = tracked[-1].ids
    body = f"/humans/bodies/{name}"
    skeletons = peer.receive(hri_msgs.Skeleton2D, f"{body}/skeleton2d")
    regions = peer.receive(hri_msgs.NormalizedRegionOfInterest2D, f"{body}/roi")
    second = 1_700_000_000.5
    peer.publish("image", grey_message(second), until=lambda: skeletons and regions)
    assert skeletons[-1].header == regions[-1].header == header(second)
    gestures = peer.receive(hri_msgs.Gesture, f"{body}/gesture")
    waving = Action(header=header(), person_ids=[int(name[1:])], label="waving_left")
    peer.publish("action", waving, until=lambda: gestures)
    assert gestures[-1].gesture == hri_msgs.Gesture.WAVING
    detector.people = ()
    later = grey_message(1_700_000_002.0)
    peer.publish("image", later, until=lambda: not tracked[-1].ids)
    wait_until(lambda: not peer.count_publishers(f"{body}/roi"))
