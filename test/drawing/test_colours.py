from __future__ import annotations

import pytest

from pose_action_ros.drawing.colours import LEFT, MIDDLE, RIGHT, Colour, colour_of
from pose_action_ros.skeletons import SKELETONS


@pytest.mark.parametrize(("start", "colour"), [("left_", LEFT), ("right_", RIGHT)])
def test_sides_have_their_colours_in_all_skeletons(start: str, colour: Colour) -> None:
    for skeleton in SKELETONS.values():
        for joint, name in enumerate(skeleton.joints):
            assert (colour_of(skeleton, joint) == colour) == name.startswith(start)


def test_middle_has_a_third_colour() -> None:
    skeleton = SKELETONS["human36m_17"]
    assert colour_of(skeleton, skeleton.index("mid_hip")) == MIDDLE
    assert len({LEFT, MIDDLE, RIGHT}) == 3
