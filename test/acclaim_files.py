"""Writes Acclaim files, and random skeletons in any order of axes and any unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from pathlib import Path

import numpy as np

from references.acclaim import BoneText, SkeletonText

Frame = Mapping[str, Sequence[float]]


def write_asf(path: Path, skeleton: SkeletonText, case: Callable[[str], str] = str) -> Path:
    """Write a skeleton, keywords and names in the case of the function."""
    angle = "rad" if skeleton.radians else "deg"
    lines = [":version 1.10", ":units", f"length {skeleton.length!r}", f"angle {angle}", ":root"]
    lines += [f"order {' '.join(skeleton.order)}", f"axis {skeleton.axis}"]
    lines += [f"position {_text(skeleton.position)}"]
    lines += [f"orientation {_text(skeleton.orientation)}", ":bonedata"]
    for name, bone in skeleton.bones.items():
        lines += ["begin", f"name {name}", f"direction {_text(bone.direction)}"]
        lines += [f"length {bone.length!r}", f"axis {_text(bone.axis)} {bone.order}"]
        lines += [f"dof {' '.join(bone.dof)}"] if bone.dof else []
        lines += ["end"]
    lines += [":hierarchy", "begin"]
    for parent in ("root", *skeleton.bones):
        children = [name for name, bone in skeleton.bones.items() if bone.parent == parent]
        lines += [f"{parent} {' '.join(children)}"] if children else []
    path.write_text(case("\n".join([*lines, "end", ""])))
    return path


def write_amc(
    path: Path, frames: Sequence[Frame], unit: str = ":DEGREES", case: Callable[[str], str] = str
) -> Path:
    """Write a motion; `unit` is a keyword of the file or empty."""
    lines = [":FULLY-SPECIFIED", *([unit] if unit else [])]
    for number, frame in enumerate(frames, start=1):
        lines += [str(number), *(f"{name} {_text(values)}" for name, values in frame.items())]
    path.write_text(case("\n".join([*lines, ""])))
    return path


def random_skeleton(
    rng: np.random.Generator, count: int, names: Sequence[str] = ()
) -> SkeletonText:
    """Draw a skeleton; bones without names are numbered."""
    radians = bool(rng.random() < 0.5)
    turn = np.pi if radians else 180.0
    bones: dict[str, BoneText] = {}
    for row in range(count):
        freedoms = rng.permutation(["rx", "ry", "rz"])[: rng.integers(0, 4)]
        bones[names[row] if names else f"bone{row}"] = BoneText(
            str(rng.choice(["root", *bones])),
            _three(rng, 1.0),
            float(rng.uniform(0.1, 10)),
            _three(rng, turn),
            str(rng.choice(_ORDERS)),
            tuple(map(str, freedoms)),
        )
    order = tuple(map(str, rng.permutation(["tx", "ty", "tz", "rx", "ry", "rz"])))
    axis, length = str(rng.choice(_ORDERS)), float(rng.uniform(0.1, 3))
    position, orientation = _three(rng, 5.0), _three(rng, turn)
    return SkeletonText(bones, order, axis, position, orientation, length, radians)


def random_frame(rng: np.random.Generator, skeleton: SkeletonText, turn: float) -> Frame:
    """Values of one frame with angles up to `turn`."""
    frame = {"root": rng.uniform(-turn, turn, 6).tolist()}
    for name, bone in skeleton.bones.items():
        if bone.dof:
            frame[name] = rng.uniform(-turn, turn, len(bone.dof)).tolist()
    return frame


_ORDERS = ["".join(order) for order in permutations("XYZ")]


def _three(rng: np.random.Generator, size: float) -> tuple[float, float, float]:
    x, y, z = rng.uniform(-size, size, 3).tolist()
    return x, y, z


def _text(values: Sequence[float]) -> str:
    return " ".join(f"{value!r}" for value in values)
