"""Writes BVH files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.bvh import END, BvhJoint

Array = npt.NDArray[np.float64]


def write_bvh(
    path: Path, joints: Sequence[BvhJoint], values: Array, frame_time: float = 1 / 60
) -> Path:
    """Joints without channels that are called END become End Sites."""
    roots = [row for row, joint in enumerate(joints) if joint.parent < 0]
    blocks = [line for row in roots for line in _block(joints, row, "")]
    lines = ["HIERARCHY", *blocks, "MOTION", f"Frames: {len(values)}"]
    lines.append(f"Frame Time: {frame_time:.8f}")
    lines += [" ".join(f"{value:.10f}" for value in row) for row in values]
    path.write_text("\n".join(lines) + "\n")
    return path


def _block(joints: Sequence[BvhJoint], row: int, indent: str) -> Iterator[str]:
    joint = joints[row]
    kind = "JOINT" if joint.parent >= 0 else "ROOT"
    yield indent + (END if joint.name.startswith(END) else f"{kind} {joint.name}")
    yield indent + "{"
    yield f"{indent}\tOFFSET " + " ".join(f"{value:.10f}" for value in joint.offset)
    if joint.channels:
        yield f"{indent}\tCHANNELS {len(joint.channels)} {' '.join(joint.channels)}"
    for child, other in enumerate(joints):
        if other.parent == row:
            yield from _block(joints, child, indent + "\t")
    yield indent + "}"
