"""What action_node publishes on demand: motion images, and labels over the heads of people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pose_action_ros.msg import Action
from sensor_msgs.msg import Image
from visualization_msgs.msg import MarkerArray

from pose_action_ros.nodes.action_node import ActionNode
from pose_films import connect, film
from ros_support import Peer, wait_until

Start = Callable[..., Any]


def texts(arrays: list[MarkerArray]) -> list[str]:
    """Texts of all markers."""
    return [marker.text for array in arrays for marker in array.markers]


def test_motion_images_and_labels_are_published_on_demand(
    started: Start, peer: Peer, action_model: Path
) -> None:
    node = started(ActionNode, action_model=str(action_model))
    images = peer.receive(Image, "action_node/spmf")
    markers = peer.receive(MarkerArray, "action_node/markers")
    wait_until(node.action._spmf.get_subscription_count)
    wait_until(node.action._markers.get_subscription_count)
    connect(peer, node)
    peer.feed(node, "poses", film(2.5))
    wait_until(lambda: images)
    assert (images[0].encoding, images[0].width, images[0].height) == ("rgb8", 32, 48)
    wait_until(lambda: any(" " in text for text in texts(markers)))
    assert texts(markers)[0] == "#4"  # before the first action
    number, label, score = next(text for text in texts(markers) if " " in text).split()
    assert number == "#4"
    assert label in (*node.action.recogniser.labels, "unknown")
    assert 0 <= float(score) <= 1


def test_motion_images_of_levels_are_published_in_colours(
    started: Start, peer: Peer, level_model: Path
) -> None:
    node = started(ActionNode, action_model=str(level_model))
    images = peer.receive(Image, "action_node/spmf")
    wait_until(node.action._spmf.get_subscription_count)
    connect(peer, node)
    peer.feed(node, "poses", film(2.5))
    wait_until(lambda: images)
    # 24 rows of distances above 24 of orientations
    assert (images[0].encoding, images[0].width, images[0].height) == ("rgb8", 32, 48)


def test_interactions_name_both_people_and_are_written_over_both(
    started: Start, peer: Peer, interaction_model: Path
) -> None:
    node = started(ActionNode, action_model=str(interaction_model))
    actions, images = peer.receive(Action, "action"), peer.receive(Image, "action_node/spmf")
    markers = peer.receive(MarkerArray, "action_node/markers")
    wait_until(node.action._spmf.get_subscription_count)
    wait_until(node.action._markers.get_subscription_count)
    connect(peer, node)
    peer.feed(node, "poses", film(2.5, ids=(9, 4)))
    wait_until(lambda: actions and images and any(" " in text for text in texts(markers)))
    assert {tuple(action.person_ids) for action in actions} == {(4, 9)}
    assert {action.label for action in actions} <= {"hugging", "shaking_hands"}
    assert (images[0].width, images[0].height) == (32, 96)
    one, other = next(array.markers for array in markers if " " in "".join(texts([array])))
    assert {one.id, other.id} == {4, 9}
    assert {one.text.split()[0], other.text.split()[0]} == {"#4", "#9"}
    assert one.text.split()[1:] == other.text.split()[1:]
