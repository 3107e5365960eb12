"""Bodies: the measures, clothes and joints of a simulated person.

Segment lengths as fractions of height: Winter, Biomechanics and Motor Control of Human Movement
(2009), fig. 4.1 after Drillis and Contini (1966).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from pose_action_ros.skeletons import Skeleton

Colour = tuple[float, float, float]

# Skin tones from light to dark (after the Monk scale), BGR.
_SKIN: Final[tuple[Colour, ...]] = (
    (196, 214, 240),
    (172, 198, 232),
    (148, 178, 220),
    (120, 152, 200),
    (92, 124, 174),
    (66, 94, 142),
    (48, 66, 104),
)
_HAIR: Final[tuple[Colour, ...]] = (
    (24, 22, 22),
    (30, 38, 52),
    (38, 58, 86),
    (70, 110, 150),
    (110, 160, 200),
    (150, 150, 155),
    (40, 62, 130),
)


@dataclass(frozen=True)
class Look:
    """Skin, hair and clothes of a person, as BGR colours from 0 to 255.

    Attributes:
        skin, hair, shirt, trousers, shoes, eyes: colours.
        sleeve: end of the sleeve along the arm, 0 shoulder, 1 elbow, 2 wrist.
        hem: end of trousers or skirt along the leg, 0 hip, 1 knee, 2 ankle.
        skirt: True for a skirt, False for trousers.
        long_hair: True for hair down to the shoulders.
    """

    skin: Colour = (148, 178, 220)
    hair: Colour = (30, 38, 52)
    shirt: Colour = (150, 90, 50)
    trousers: Colour = (70, 60, 55)
    shoes: Colour = (40, 40, 45)
    eyes: Colour = (40, 50, 60)
    sleeve: float = 0.6
    hem: float = 1.95
    skirt: bool = False
    long_hair: bool = False

    @classmethod
    def random(cls, rng: np.random.Generator) -> Look:
        """Draw a mixture of skin, hair and clothes."""
        skirt = rng.random() < 0.12
        return cls(
            skin=_pick(rng, _SKIN),
            hair=_pick(rng, _HAIR),
            shirt=_cloth(rng),
            trousers=_cloth(rng),
            shoes=_cloth(rng),
            eyes=_pick(rng, ((40, 50, 60), (90, 60, 40), (40, 70, 50), (20, 25, 30))),
            sleeve=float(rng.choice([0.5, 0.7, 1.2, 1.9, 1.95])),
            hem=float(rng.uniform(0.75, 1.2) if skirt else rng.choice([0.85, 1.0, 1.9, 1.95, 2.0])),
            skirt=bool(skirt),
            long_hair=bool(rng.random() < 0.35),
        )


def _pick(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    """Draw one of the colours, slightly varied."""
    blue, green, red = np.clip(
        np.array(colours[rng.integers(len(colours))]) * rng.normal(1, 0.05), 5, 250
    )
    return float(blue), float(green), float(red)


def _cloth(rng: np.random.Generator) -> Colour:
    """Draw a colour of cloth: grey in a third of the cases, otherwise of moderate saturation."""
    value = rng.uniform(35, 225)
    saturation = rng.uniform(0, 0.15) if rng.random() < 0.35 else rng.uniform(0.2, 0.75)
    hue = rng.uniform(0, 2 * np.pi) + np.array([0, 2 * np.pi / 3, 4 * np.pi / 3])
    blue, green, red = value * (1 - saturation * (0.5 + 0.5 * np.cos(hue)))
    return float(blue), float(green), float(red)


@dataclass(frozen=True)
class Body:
    """Measures of one person; the defaults describe an average adult.

    Attributes:
        height: of the standing person, with soles and hair [m].
        legs, arms: length relative to the average for the height.
        shoulders, hips: width relative to the average for the height.
        head: size relative to the average for the height.
        build: thickness of trunk and limbs relative to the average.
        look: clothes and colours.
    """

    height: float = 1.72
    legs: float = 1.0
    arms: float = 1.0
    shoulders: float = 1.0
    hips: float = 1.0
    head: float = 1.0
    build: float = 1.0
    look: Look = field(default_factory=Look)

    @classmethod
    def random(cls, rng: np.random.Generator) -> Body:
        """Draw a body between 1.3 and 2.0 m tall; four in five are adults."""
        child = rng.random() < 0.2
        height = rng.uniform(1.3, 1.5) if child else np.clip(rng.normal(1.70, 0.1), 1.48, 2.0)
        return cls(
            height=float(height),
            legs=float(np.clip(rng.normal(0.97 if child else 1.0, 0.025), 0.93, 1.06)),
            arms=float(rng.normal(1.0, 0.03)),
            shoulders=float(np.clip(rng.normal(1.0, 0.08), 0.8, 1.2)),
            hips=float(np.clip(rng.normal(1.0, 0.08), 0.82, 1.2)),
            head=float(rng.normal(1.13 if child else 1.0, 0.03)),
            build=float(np.clip(rng.lognormal(0.0, 0.13), 0.8, 1.35)),
            look=Look.random(rng),
        )

    def scaled(self, height: float) -> Body:
        """Return a body of the same proportions and another height [m]."""
        return replace(self, height=height)

    @property
    def foot_height(self) -> float:
        """Height of the ankle above the sole [m]."""
        return 0.039 * self.height

    @property
    def shin(self) -> float:
        """Knee to ankle [m]."""
        return 0.246 * self.height * self.legs

    @property
    def thigh(self) -> float:
        """Hip to knee [m]."""
        return 0.245 * self.height * self.legs

    @property
    def leg(self) -> float:
        """Hip to ankle, straight [m]."""
        return self.thigh + self.shin

    @property
    def trunk(self) -> float:
        """Hips to shoulders [m]: the height without legs, neck and head."""
        return self.height - self.foot_height - self.leg - self.neck_and_head

    @property
    def neck_and_head(self) -> float:
        """Shoulders to top of the head [m]."""
        return 0.182 * self.height * (0.35 + 0.65 * self.head)

    @property
    def half_shoulders(self) -> float:
        """Neck to shoulder joint [m]."""
        return 0.103 * self.height * self.shoulders

    @property
    def half_hips(self) -> float:
        """Mid hip to hip joint [m]."""
        return 0.055 * self.height * self.hips

    @property
    def upper_arm(self) -> float:
        """Shoulder to elbow [m]."""
        return 0.180 * self.height * self.arms

    @property
    def forearm(self) -> float:
        """Elbow to wrist [m]."""
        return 0.146 * self.height * self.arms

    @property
    def arm(self) -> float:
        """Shoulder to wrist, straight [m]."""
        return self.upper_arm + self.forearm

    @property
    def hand(self) -> float:
        """Wrist to fingertips [m]."""
        return 0.104 * self.height * self.arms

    @property
    def foot(self) -> float:
        """Heel to tip of the toes [m]."""
        return 0.152 * self.height

    @property
    def head_height(self) -> float:
        """Chin to top of the head [m]."""
        return 0.130 * self.height * self.head


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
