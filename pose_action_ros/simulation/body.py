"""Bodies: the measures and the joints of a simulated person."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from pose_action_ros.simulation.look import Look
from pose_action_ros.simulation.measures import names, random_measures
from pose_action_ros.skeletons import Skeleton


@dataclass(frozen=True)
class Body:
    """Measures of one person [m]; the defaults describe an average adult, between man and woman.

    Attributes:
        foot_height: ankle above the ground, with the shoe's sole.
        shin, thigh: knee to ankle, hip to knee.
        trunk: middle of the hips to middle of the shoulders.
        neck_and_head: middle of the shoulders to top of the head.
        half_shoulders, half_hips: middle to joint.
        upper_arm, forearm, hand: shoulder to elbow, elbow to wrist, wrist to fingertips.
        foot: heel to tip of the toes.
        head_height, head_breadth, head_length: chin to top, side to side, front to back.
        chest_breadth, chest_depth, waist_breadth, waist_depth, hip_breadth: of the surface.
        thigh_girth, calf_girth, upper_arm_girth, forearm_girth, neck_girth: circumferences.
        look: clothes and colours.
    """

    foot_height: float = 0.088
    shin: float = 0.410
    thigh: float = 0.393
    trunk: float = 0.480
    neck_and_head: float = 0.337
    half_shoulders: float = 0.165
    half_hips: float = 0.084
    upper_arm: float = 0.275
    forearm: float = 0.254
    hand: float = 0.187
    foot: float = 0.258
    head_height: float = 0.227
    head_breadth: float = 0.151
    head_length: float = 0.194
    chest_breadth: float = 0.279
    chest_depth: float = 0.249
    waist_breadth: float = 0.311
    waist_depth: float = 0.223
    hip_breadth: float = 0.349
    thigh_girth: float = 0.618
    calf_girth: float = 0.382
    upper_arm_girth: float = 0.329
    forearm_girth: float = 0.285
    neck_girth: float = 0.361
    look: Look = field(default_factory=Look)

    @classmethod
    def random(cls, rng: np.random.Generator) -> Body:
        """Draw a body between 0.95 and 2.05 m tall; four in five are adults."""
        measures = {name: float(values[0]) for name, values in random_measures(rng).items()}
        return cls(**measures, look=Look.random(rng))

    def scaled(self, height: float) -> Body:
        """Return a body of the same proportions and another height [m]."""
        factor = height / self.height
        return replace(self, **{name: getattr(self, name) * factor for name in names()})

    @property
    def height(self) -> float:
        """Height of the standing person, with soles."""
        return self.foot_height + self.leg + self.trunk + self.neck_and_head

    @property
    def leg(self) -> float:
        """Hip to ankle, straight."""
        return self.thigh + self.shin

    @property
    def arm(self) -> float:
        """Shoulder to wrist, straight."""
        return self.upper_arm + self.forearm

    @property
    def build(self) -> float:
        """Breadth of waist and hips relative to the height, about 1."""
        return (self.waist_breadth + self.hip_breadth) / (0.387 * self.height)


_LIMBS: Final = {
    "shoulder": "neck",
    "elbow": "{}_shoulder",
    "wrist": "{}_elbow",
    "hand": "{}_wrist",
    "thumb": "{}_wrist",
    "index": "{}_hand",
    "pinky": "{}_hand",
    "hip": "mid_hip",
    "knee": "{}_hip",
    "ankle": "{}_knee",
    "heel": "{}_ankle",
    "big_toe": "{}_ankle",
    "small_toe": "{}_ankle",
    "eye": "nose",
    "ear": "{}_eye",
    "mouth": "nose",
}
_TRUNK: Final = {
    "mid_hip": "",
    "spine": "mid_hip",
    "neck": "spine",
    "nose": "neck",
    "head_top": "nose",
}
_PARENTS: Final = {
    **_TRUNK,
    **{
        f"{side}_{joint}": parent.format(side)
        for side in ("right", "left")
        for joint, parent in _LIMBS.items()
    },
}

FIGURE: Final = Skeleton("figure", tuple(_PARENTS), tuple(_PARENTS.values()))
"""Joints of a simulated person: those of body_25 and human36m_17 by the same names, plus hands.

The neck is the midpoint of the shoulders, mid_hip that of the hips.
"""
