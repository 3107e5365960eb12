"""Looks: skin, hair and clothes of a simulated person, as BGR colours 0 to 255."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

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
    """How a person is dressed.

    Attributes:
        skin, hair, shirt, trousers, shoes, eyes: colours.
        sleeve: where the sleeve ends along the arm, 0 shoulder, 1 elbow, 2 wrist.
        hem: where trousers or skirt end along the leg, 0 hip, 1 knee, 2 ankle.
        skirt: a skirt rather than trousers.
        long_hair: down to the shoulders.
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
        """Any mixture of skin, hair and clothes."""
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
    """One of the colours, a little off."""
    blue, green, red = np.clip(
        np.array(colours[rng.integers(len(colours))]) * rng.normal(1, 0.05), 5, 250
    )
    return float(blue), float(green), float(red)


def _cloth(rng: np.random.Generator) -> Colour:
    """A colour of cloth: grey in a third of the cases, else not too bright."""
    value = rng.uniform(35, 225)
    saturation = rng.uniform(0, 0.15) if rng.random() < 0.35 else rng.uniform(0.2, 0.75)
    hue = rng.uniform(0, 2 * np.pi) + np.array([0, 2 * np.pi / 3, 4 * np.pi / 3])
    blue, green, red = value * (1 - saturation * (0.5 + 0.5 * np.cos(hue)))
    return float(blue), float(green), float(red)
