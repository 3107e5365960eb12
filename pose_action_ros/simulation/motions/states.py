"""States in which movements begin and end, and the movements between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

UPRIGHT, SEATED, LYING = "upright", "seated", "lying"

_STAYING: Final = {
    **dict.fromkeys(("sitting", "sitting_chair", "sitting_floor"), SEATED),
    **dict.fromkeys(("lying", "lying_back", "lying_side", "lying_front", "crawling"), LYING),
    **dict.fromkeys(("rolling", "push_ups", "sit_ups", "sweeping_floor", "planking"), LYING),
}
BEGINS: Final[Mapping[str, str]] = {
    **_STAYING,
    "standing_up": SEATED,
    "getting_up_from_floor": LYING,
}
"""Label to the state in which a movement begins, where it is not UPRIGHT."""
ENDS: Final[Mapping[str, str]] = {
    **_STAYING,
    "sitting_down": SEATED,
    "sitting_down_on_floor": SEATED,
    "falling": LYING,
    "lying_down": LYING,
}
"""Label to the state in which a movement ends, where it is not UPRIGHT."""
LOW: Final = frozenset(
    {
        *BEGINS,
        *ENDS,
        *("picking_up", "bending", "kneeling", "squatting_deep", "leaning", "getting_up"),
        *("stepping_over", "stepping_up", "yoga"),
    }
)
"""Labels of movements with longer transitions than those between upright ones."""
_RISING: Final = {SEATED: "standing_up", LYING: "getting_up_from_floor"}
_LOWERING: Final = {SEATED: "sitting_down", LYING: "lying_down"}


def between(before: str, after: str) -> tuple[str, ...]:
    """Labels of the movements from one state to another."""
    if before == after:
        return ()
    rising = () if before == UPRIGHT else (_RISING[before],)
    return rising if after == UPRIGHT else (*rising, _LOWERING[after])


def states_of(label: str, furnished: bool) -> tuple[str, str]:
    """State at the beginning and the end of a movement, which may be on furniture."""
    usual = SEATED if furnished and label not in LOW else UPRIGHT
    return BEGINS.get(label, usual), ENDS.get(label, usual)
