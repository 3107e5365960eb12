"""The simulated figure: every joint of body_25 and human36m_17 by the same names, plus hands."""

from __future__ import annotations

from typing import Final

from pose_action_ros.skeletons import Skeleton

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
"""Joints of a simulated person; neck is the middle of the shoulders, mid_hip of the hips."""
