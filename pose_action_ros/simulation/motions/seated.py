"""Actions of hands and head that people also do while they sit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import Rng
from pose_action_ros.simulation.key_poses import motion_through
from pose_action_ros.simulation.motions.sitting import on_chair
from pose_action_ros.simulation.performance import Performance
from pose_action_ros.simulation.standing import Motion

_SITTING: Final = 0.3
"""Share of the people who sit, if no other is given."""


class OnGround(Protocol):
    """Draws a motion of arms and head over the motion of a standing or seated person."""

    def __call__(self, body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
        """Draw a motion; a standing person if `ground` is None."""


def also_seated(
    label: str, draw: OnGround, sitting: float = _SITTING
) -> Callable[[Body, Rng], Performance]:
    """Return a function that draws performances of an action, a share of them seated."""

    def performance(body: Body, rng: Rng) -> Performance:
        if rng.random() >= sitting:
            return Performance(label, body, draw(body, rng))
        setting = on_chair(body, rng)
        seat = motion_through(body, [setting.draw()], rng)
        return Performance(label, body, draw(body, rng, seat), tuple(setting.furniture))

    return performance
