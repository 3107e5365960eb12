"""Joints of motion capture sources: the names of PERSON's joints in them, and their differences.

Joint centres of hips, knees, ankles, shoulders, elbows and wrists are those of the source. PERSON's
mid hip and neck are the middles of the hips and the shoulders: roots lie about 100 mm above the
hips (CMU, HDM05), ends of the thorax 27 to 55 mm below the shoulders. The spine is half way along
the vertebrae from mid hip to neck.

No source has a face: nose, eyes and ears are placed as in an average head, and not defined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.person import PERSON, person_from

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SIDES: Final = ("left", "right")
LIMBS: Final = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
DEFINED: Final = np.array(
    [not name.endswith(("nose", "eye", "ear", "head_top")) for name in PERSON.joints]
)
"""(21,) true for joints as PERSON defines them."""


@dataclass(frozen=True, eq=False)
class Definition:
    """Names of a source's joints.

    Attributes:
        name: of the family of sources.
        limbs: by PERSON's names of hips, knees, ankles, shoulders, elbows and wrists.
        vertebrae: from the lowest to the highest below the shoulders.
        head: lower and upper joint of the head.
    """

    name: str
    limbs: Mapping[str, str]
    vertebrae: tuple[str, ...]
    head: tuple[str, str]

    @property
    def joints(self) -> tuple[str, ...]:
        """Names of all joints needed of a source."""
        return (*self.limbs.values(), *self.vertebrae, *self.head)

    def person(self, at: Callable[[str], Array], left: Array | None = None) -> Array:
        """Convert positions of a source's joints.

        Args:
            at: gives the (T, 3) [m] of a joint, y up.
            left: (T, 3) direction of the left ear; that of the left shoulder when None.

        Returns:
            (T, 21, 3) [m] PERSON joints, z up.
        """
        points = {ours: at(theirs) for ours, theirs in self.limbs.items()}
        if left is None:
            left = points["left_shoulder"] - points["right_shoulder"]
        vertebrae = np.stack([at(name) for name in self.vertebrae], axis=1)
        return person_from(points, vertebrae, left, at(self.head[1]) - at(self.head[0]))


def _limbs(pattern: str, sides: str, names: str) -> dict[str, str]:
    """Names by PERSON's names, from one pattern of side and limb."""
    return {
        f"{ours}_{limb}": pattern.format(side=theirs, limb=name)
        for ours, theirs in zip(SIDES, sides.split(), strict=True)
        for limb, name in zip(LIMBS, names.split(), strict=True)
    }


ACCLAIM: Final = Definition(
    "Acclaim skeletons of CMU and HDM05, joints named after the bones that end in them",
    _limbs("{side}{limb}", "l r", "hipjoint femur tibia clavicle humerus radius"),
    ("root", "lowerback", "upperback", "thorax"),
    ("upperneck", "head"),
)
POSITIONS: Final = Definition(
    "CMU positions",
    _limbs("{side}{limb}", "l r", "hip knee ankle shoulder elbow wrist"),
    ("root", "upperback", "thorax", "lowerneck"),
    ("upperneck", "head_end"),
)
CGSPEED: Final = Definition(
    "cgspeed's BVH conversion of CMU",
    _limbs("{side}{limb}", "Left Right", "UpLeg Leg Foot Arm ForeArm Hand"),
    ("Hips", "Spine", "Spine1"),
    ("Head", "Head_end"),
)
KINECT: Final = Definition(
    "Kinect for Windows v2",
    _limbs("{limb}{side}", "Left Right", "Hip Knee Ankle Shoulder Elbow Wrist"),
    ("SpineMid",),
    ("Neck", "Head"),
)
REACTIDLE: Final = Definition(
    "reactidle, a Blender rig",
    _limbs("{limb}.{side}", "L R", "thigh shin foot upper_arm forearm forearm")
    | {f"{side}_wrist": f"forearm.{side[0].upper()}_end" for side in SIDES},
    ("spine.001",),
    ("neck", "face"),
)
RECORDED: Final = (ACCLAIM, CGSPEED, KINECT, REACTIDLE)
"""Definitions of files of joint positions."""
