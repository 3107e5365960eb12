"""One run of the faults."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import rclpy

from benchmarks.clips import ACTIONS, Clip, empty_room, make_clip, make_crowd
from benchmarks.faults.kinds import Fault, kinds
from benchmarks.faults.report import memory_lines, outcome_lines
from benchmarks.faults.rig import Rig, running
from benchmarks.faults.suite import RECOVERY_LIMIT, Outcome, calm_down, control, draw, suffer
from benchmarks.measuring import dds_profile
from pose_action_ros.errors import PoseActionError
from pose_action_ros.models.fetch import fetch_blazepose

CROWD = (2, 4, 12)
"""Numbers of people who come and go."""


@dataclass(frozen=True)
class Result:
    """Tables for people, what was wrong, and each fault."""

    lines: list[str]
    wrong: list[str]
    outcomes: list[Outcome]


def run(
    folder: Path,
    *,
    seconds: float,
    seed: int,
    compressed: bool = False,
    only: str = "",
    actions: int = 3,
    recovery_limit: float = RECOVERY_LIMIT,
    told: Callable[[str], None] = lambda _: None,
) -> Result:
    """Let faults happen for a time.

    Args:
        folder: for what the nodes write; emptied first.
        seconds: how long faults are begun [s].
        seed: of what is drawn.
        compressed: the camera sends JPEGs.
        only: faults whose names contain one of these, by commas; empty for all.
        actions: how many simulated people the labels are looked at of, one after the other.
        recovery_limit: within which labels must be right again [s].
        told: called with a line as soon as there is one.

    Raises:
        PoseActionError: nothing can be told by this run.
    """
    wanted = [word.strip() for word in only.split(",")]
    faults = [
        fault
        for fault in kinds(compressed=compressed)
        if any(word in fault.name for word in wanted)
    ]
    if not faults:
        names = ", ".join(fault.name for fault in kinds(compressed=compressed))
        raise PoseActionError(f"no fault is called {only!r}; there are {names}")
    fetch_blazepose()
    shutil.rmtree(folder, ignore_errors=True)
    clips = [make_clip(seed + place, label) for place, label in enumerate(ACTIONS[:actions])]
    os.environ.update(dds_profile())
    rclpy.init()
    try:
        rig = Rig(folder, clips, _crowd(seed, clips), seed=seed, compressed=compressed)
        return _run(rig, faults, seconds, recovery_limit, told)
    finally:
        rclpy.try_shutdown()


def _crowd(seed: int, clips: list[Clip]) -> dict[int, Clip]:
    crowd = {number: make_crowd(seed, ACTIONS[0], number) for number in CROWD}
    return {0: empty_room(clips[0].camera), **crowd}


def _run(
    rig: Rig, faults: list[Fault], seconds: float, limit: float, told: Callable[[str], None]
) -> Result:
    outcomes: list[Outcome] = []
    try:
        with running(rig):
            shares = control(rig)
            right = ", ".join(f"{label} {share:.0%}" for label, share in shares.items())
            told(f"labels right without faults: {right}")
            begin = monotonic()
            for fault in draw(rig, faults):
                if monotonic() - begin > seconds:
                    break
                calm_down(rig)
                outcomes.append(suffer(rig, fault, begin, limit))
                told(outcome_lines(outcomes)[-1])
    finally:
        ends = rig.nodes.stop()
    memory, grown = memory_lines(rig.nodes.lives)
    failed = [f"{one.name}: {one.wrong}" for one in outcomes if one.wrong]
    return Result([*outcome_lines(outcomes), "", *memory], [*failed, *ends, *grown], outcomes)
