from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from pose_action_ros.nodes.upright_frame import UprightFrame
from ros_support import Peer, header


@dataclass
class TFMessage:
    transforms: list[Any] = field(default_factory=list)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, peer: Peer) -> list[Any]:
    """Messages that the peer's publishers send."""
    messages: list[Any] = []

    class Publisher:
        publish = messages.append

    monkeypatch.setattr(peer, "create_publisher", lambda *_: Publisher())
    return messages


def test_it_is_published_once_for_each_frame_of_images(peer: Peer, sent: list[Any]) -> None:
    frame = UprightFrame(peer, "eye", TFMessage)
    for name in ("", "left", "left", "right"):
        frame.publish(header(frame=name))
    found = [message.transforms[0] for message in sent]
    assert [(one.header.frame_id, one.child_frame_id) for one in found] == [
        ("left", "eye"),
        ("right", "eye"),
    ]


@pytest.mark.parametrize(("name", "kind"), [("", TFMessage), ("eye", None)])
def test_nothing_without_a_name_or_tf2_msgs(
    peer: Peer, sent: list[Any], name: str, kind: type | None
) -> None:
    UprightFrame(peer, name, kind).publish(header())
    assert sent == []
