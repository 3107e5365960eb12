"""Decoding of OpenPose's maps alone: drawn maps of simulated people, of 656x368 pixels.

`python -m benchmarks.openpose_decoding` measures just this.
"""

from __future__ import annotations

import tracemalloc
from functools import partial

import numpy as np
import numpy.typing as npt

from benchmarks.clock import Clock, Row
from benchmarks.openpose_maps import Maps, draw_maps
from pose_action_ros.detection.openpose import LAYOUTS, DecodedPeople, MapLayout, decode
from pose_action_ros.simulation import Scene
from pose_action_ros.skeletons import BODY_25, convert

Array = npt.NDArray[np.float64]

PEOPLE = (1, 5, 20)
SIZE = 46, 82
"""Rows and columns of the maps."""
_KINDS = ("body_25", "coco_18")
_CALLS, _WARM_UP = 500, 20
_NEAR = 1.0
"""A joint this far from where it is drawn is not found [cells]."""


def measure_decoding() -> dict[str, dict[str, Row]]:
    """By kind of maps and number of people: times [ms], memory [MB], what was found, errors."""
    return {name: {str(n): _measure(LAYOUTS[name], n) for n in PEOPLE} for name in _KINDS}


def _measure(layout: MapLayout, count: int) -> Row:
    people = convert(crowd(count), BODY_25, layout.skeleton)
    maps = draw_maps(people, layout, SIZE)
    # Channels first in memory, as from the networks.
    maps = np.ascontiguousarray(maps.transpose(2, 0, 1)).transpose(1, 2, 0)
    clock = Clock()
    for call in range(_WARM_UP + _CALLS):
        if call == _WARM_UP:
            clock = Clock()
        clock.time("decode", partial(decode, maps, layout))
    found = _found(decode(maps, layout), people)
    return {**clock.row("decode"), "memory_mb": _memory(maps, layout), **found}


def crowd(count: int) -> Array:
    """(count, 25, 2) [cells] simulated people side by side, in two rows when they are many."""
    rows = 1 if count < 10 else 2
    columns = -(-count // rows)
    step = np.array([SIZE[1] / columns, SIZE[0] / rows])
    people = []
    for number in range(count):
        scene = Scene.random(np.random.default_rng(number))
        joints = scene.truth(1.0)[0].keypoints.points
        low, high = np.nanmin(joints, axis=0), np.nanmax(joints, axis=0)
        middle = (np.array(divmod(number, columns)[::-1]) + 0.5) * step - 0.5
        people.append((joints - (low + high) / 2) * 0.75 * step[1] / (high - low)[1] + middle)
    points = np.stack(people)
    inside = (points > -0.5) & (points < np.array(SIZE[::-1]) - 0.5)
    return np.where(inside.all(axis=-1, keepdims=True), points, np.nan)


def _found(decoded: DecodedPeople, people: Array) -> Row:
    """How many people there are, share of the joints found in one for each, mean error [cells]."""
    errors = np.linalg.norm(decoded.points[:, None] - people, axis=-1)  # (D, P, J)
    best = (errors < _NEAR).sum(axis=-1).argmax(axis=0)
    mine = errors[best, np.arange(len(people))]  # (P, J)
    near = mine < _NEAR
    return {
        "people": float(len(decoded)),
        "joints": float(near.sum() / np.isfinite(people[..., 0]).sum()),
        "error_cells": float(mine[near].mean()),
    }


def _memory(maps: Maps, layout: MapLayout) -> float:
    """The most that one call takes beside its maps [MB]."""
    tracemalloc.start()
    decode(maps, layout)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def main() -> None:
    """Measure and print."""
    for name, rows in measure_decoding().items():
        for people, row in rows.items():
            values = ", ".join(f"{key} {value:.3g}" for key, value in row.items())
            print(f"{name}, {people} people: {values}")


if __name__ == "__main__":
    main()
