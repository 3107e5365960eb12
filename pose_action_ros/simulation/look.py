"""The look of a person: colours of skin, hair and clothes, and the cut of the clothes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

Colour = tuple[float, float, float]

CUTS: Final = ("short", "long", "bald", "tied", "hat")
"""Cuts of the hair; a hat or a scarf has the colour of the hair."""

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
    """Skin, hair and clothes of a person; colours are BGR from 0 to 255.

    Attributes:
        skin, hair, shirt, inner, trousers, shoes, soles, eyes: colours; inner is the shirt below an
            open jacket.
        sleeve: end of the sleeve along the arm, 0 shoulder, 1 elbow, 2 wrist.
        hem: end of trousers or skirt along the leg, 0 hip, 1 knee, 2 ankle.
        skirt: True for a skirt, False for trousers.
        coat: end of a coat or a dress along the leg, 0 for neither.
        loose: distance of the clothes of the trunk from the skin [m].
        wide: width of the trousers at the hem relative to the leg.
        cut: of the hair, one of CUTS.
        open_front: True for a jacket or a coat that is open.
        beard: True for a beard.
    """

    skin: Colour = (148, 178, 220)
    hair: Colour = (30, 38, 52)
    shirt: Colour = (150, 90, 50)
    inner: Colour = (200, 200, 200)
    trousers: Colour = (70, 60, 55)
    shoes: Colour = (40, 40, 45)
    soles: Colour = (40, 40, 45)
    eyes: Colour = (40, 50, 60)
    sleeve: float = 0.6
    hem: float = 1.95
    skirt: bool = False
    coat: float = 0.0
    loose: float = 0.008
    wide: float = 1.1
    cut: str = "short"
    open_front: bool = False
    beard: bool = False

    @classmethod
    def random(cls, rng: np.random.Generator) -> Look:
        """Draw a mixture of skin, hair and clothes: shirts, jackets, coats, skirts and trousers."""
        skirt = bool(rng.random() < 0.15)
        kind = str(rng.choice(["shirt", "jacket", "coat"], p=[0.65, 0.25, 0.1]))
        long = kind != "shirt"
        loose = rng.uniform(0.015, 0.045) if long else rng.gamma(2.0, 0.005)
        return cls(
            skin=_pick(rng, _SKIN),
            hair=_pick(rng, _HAIR),
            shirt=_cloth(rng),
            inner=_cloth(rng),
            trousers=_cloth(rng),
            shoes=_cloth(rng),
            soles=_cloth(rng),
            eyes=_pick(rng, ((40, 50, 60), (90, 60, 40), (40, 70, 50), (20, 25, 30))),
            sleeve=1.95 if long else float(rng.choice([0.3, 0.5, 0.7, 1.2, 1.9, 1.95])),
            hem=float(rng.uniform(0.75, 1.9) if skirt else rng.choice([0.7, 0.9, 1.9, 1.95, 2.0])),
            skirt=skirt,
            coat=float(rng.uniform(0.3, 1.3)) if kind == "coat" else 0.2 * long,
            loose=float(min(loose, 0.05)),
            wide=float(1.0 + rng.gamma(1.5, 0.12)),
            cut=str(rng.choice(CUTS, p=[0.46, 0.3, 0.09, 0.08, 0.07])),
            open_front=bool(long and rng.random() < 0.5),
            beard=bool(rng.random() < 0.12),
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
