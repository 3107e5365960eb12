"""A person in BVH files of every family of joint names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

from pose_action_ros.lab.datasets import definitions
from pose_action_ros.lab.datasets.bvh import END, BvhJoint
from pose_action_ros.lab.datasets.bvh_people import read_bvh_people
from pose_action_ros.lab.datasets.definitions import LIMBS, SIDES
from pose_action_ros.lab.datasets.person import PERSON

Array = npt.NDArray[np.float64]

TURNS = ("Zrotation", "Xrotation", "Yrotation")
ROOT = ("Xposition", "Yposition", "Zposition", *TURNS)
# Parent and offset [cm], y up, facing z, of an upright person with arms pointing sideways.
BODY: dict[str, tuple[str, tuple[float, float, float]]] = {
    "Hips": ("", (0, 95, 0)),
    **{
        name: ("Hips" if name.endswith("_hip") else parent, offset)
        for side, sign in (("left", 1), ("right", -1))
        for name, parent, offset in (
            (f"{side}_hip", "Hips", (10 * sign, -5, 0)),
            (f"{side}_knee", f"{side}_hip", (0, -42, 0)),
            (f"{side}_ankle", f"{side}_knee", (0, -42, 0)),
        )
    },
    "Spine": ("Hips", (0, 20, 0)),
    "neck": ("Spine", (0, 30, 0)),
    "head": ("neck", (0, 10, 0)),
    f"{END} head": ("head", (0, 15, 0)),
    **{
        name: (parent, offset)
        for side, sign in (("left", 1), ("right", -1))
        for name, parent, offset in (
            (f"{side}_shoulder", "Spine", (18 * sign, 27, 0)),
            (f"{side}_elbow", f"{side}_shoulder", (28 * sign, 0, 0)),
            (f"{side}_wrist", f"{side}_elbow", (25 * sign, 0, 0)),
        )
    },
}


def body(names: Callable[[str], str] = str, scale: float = 1.0) -> list[BvhJoint]:
    rows = list(BODY)
    return [
        BvhJoint(
            name if name.startswith(END) else names(name),
            rows.index(parent) if parent else -1,
            np.array(offset, float) * scale,
            () if name.startswith(END) else ROOT if not parent else TURNS,
        )
        for name, (parent, offset) in BODY.items()
    ]


def values(frames: int, root: tuple[float, float, float] = (0, 95, 0)) -> Array:
    """Standing still."""
    result = np.zeros((frames, 3 + 3 * (len(BODY) - 1)))
    result[:, :3] = root
    return result


def person(path: Path, up: str = "") -> Array:
    """(T, 21, 3) joints of the person in a file."""
    (capture,) = read_bvh_people(path, up)
    return capture.joints


def column(name: str) -> int:
    """Of a joint's first rotation."""
    return 3 + 3 * [key for key in BODY if not key.startswith(END)].index(name)


def at(people: Array, name: str) -> Array:
    return np.asarray(people[:, PERSON.index(name)])


NAMES = yaml.safe_load(
    (Path(definitions.__file__).parent / "joint_names.yaml").read_text(encoding="utf-8")
)
PLAIN = [name for name, values in NAMES.items() if set(values) <= {"sides", "head", *LIMBS}]
"""Families without further joints."""


def by(family: str, prefix: str = "") -> Callable[[str], str]:
    """Names of BODY's joints in a family; the last one where there are several."""
    values = NAMES[family]
    names = {"head": values["head"]} | {
        f"{ours}_{limb}": values[limb] for ours in SIDES for limb in LIMBS
    }
    sides = dict(zip(SIDES, values["sides"], strict=True))

    def named(name: str) -> str:
        texts = names.get(name, f"other {name}")
        text: str = texts if isinstance(texts, str) else texts[-1]
        return prefix + text.format(side=sides.get(name.partition("_")[0]))

    return named
