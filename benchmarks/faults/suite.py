"""A run of faults: control, faults with pauses, results and memory of the nodes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic

import rclpy

from benchmarks.clips import ACTIONS, Clip, empty_room, make_clip, make_crowd
from benchmarks.faults.kinds import Fault, kinds
from benchmarks.faults.rig import Life, NotShownError, Rig, running
from benchmarks.measuring import dds_profile
from pose_action_ros.demo.command import STAGES
from pose_action_ros.errors import PoseActionError

RECOVERY_LIMIT = 3.0
"""Time limit for correct labels after the end of a fault [s]."""
REPORT_LIMIT = 3.0
"""Time limit for a report after the end of a fault [s]."""
CALM = 5.5
"""Time between two faults [s], for the recovery and its confirmation."""
_CONTROL = 6.0
"""Time before all faults in which the labels must be correct [s]."""
_SETTLED = 3.0
"""Time after a change of the clip until its label is expected [s]."""
CONTROLLED = 0.9
"""Least fraction of correct labels before all faults."""


@dataclass(frozen=True)
class Outcome:
    """Result of one fault.

    Attributes:
        name: of the fault.
        began: time since the first fault [s].
        reported: number of expected reports that arrived.
        expected: number of expected reports.
        recovery: time from its end to correct labels [s]; None without recovery.
        wrong: description of failures; empty if there are none.
    """

    name: str
    began: float
    reported: int
    expected: int
    recovery: float | None
    wrong: str


GROWTH_LIMIT = 0.05
"""Greatest relative growth of the memory of a warm process, without shared memory."""
WARM = 150.0
"""Age of a warm process [s]: half a round through all faults."""
LEAST = 3
"""Least number of measurements of a warm process for its growth."""


def outcome_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """One line for each fault."""
    lines = ["    at [s]  fault                  reports   correct again after [s]"]
    for one in outcomes:
        recovery = "never" if one.recovery is None else f"{one.recovery:.1f}"
        reports = f"{one.reported}/{one.expected}" if one.expected else "-"
        line = f"  {one.began:8.0f}  {one.name:<25}  {reports:>5}  {recovery:>6}"
        lines.append(line + (f"   FAILED: {one.wrong}" if one.wrong else ""))
    return lines


def memory_lines(lives: Sequence[Life]) -> tuple[list[str], list[str]]:
    """One line for each process, and a line for each process that grew too much.

    The medians of the first and the last third of the measurements are compared: memory depends on
    the size of the newest images, and a leak raises all later measurements.
    """
    lines, wrong = ["  process               from [s] to [s]   early    late [MB]  growth"], []
    for number, life in enumerate(lives):
        warm = [(age, size) for age, size in life.memory if age >= WARM]
        enough = len(warm) >= LEAST
        if not (sizes := warm if enough else life.memory):
            continue
        third = -(-len(sizes) // 3)
        early, late = (median(size for _, size in part) for part in (sizes[:third], sizes[-third:]))
        growth = late / early - 1
        name = f"{number:02d} {life.node}"
        line = (
            f"  {name:<21} {sizes[0][0]:7.0f} {sizes[-1][0]:6.0f} {early:8.1f} {late:8.1f}"
            f"  {growth:+.1%}"
        )
        lines.append(line + ("" if enough else "  (not warm yet)"))
        if enough and growth > GROWTH_LIMIT:
            wrong.append(f"{name} grew by {growth:.1%}")
    return lines, wrong


def control(rig: Rig) -> dict[str, float]:
    """Fraction of correct labels without faults for each clip; clips with too few are dropped.

    Raises:
        PoseActionError: no clip is recognised well enough.
    """
    shares = {}
    for clip in list(rig.clips):
        rig.calm = clip
        rig.restore()
        rig.hold(_SETTLED)
        begin = monotonic()
        rig.hold(_CONTROL)
        shares[clip.label] = rig.watch.share(clip.label, begin, monotonic())
        if shares[clip.label] < CONTROLLED:
            rig.clips.remove(clip)
    if not rig.clips:
        raise PoseActionError(f"no action is recognised without faults: {shares}")
    return shares


def draw(rig: Rig, faults: list[Fault]) -> Iterator[Fault]:
    """Yield all faults in a random order, repeatedly."""
    while True:
        yield from rig.chance.sample(faults, len(faults))


def calm_down(rig: Rig) -> None:
    """Change the clip at random, and wait for its label."""
    rig.calm = rig.chance.choice(rig.clips)
    rig.restore()
    rig.hold(_SETTLED)


def cause(rig: Rig, fault: Fault, begin: float, limit: float) -> Outcome:
    """Cause one fault; labels must be correct again within a limit [s]."""
    before = {node: rig.watch.errors(node) for node in STAGES}
    began, wrong = monotonic(), ""
    try:
        fault.make(rig)
    except NotShownError as error:
        wrong = str(error)
        rig.restore()
    ended = monotonic()
    rig.hold(CALM)
    rig.nodes.check()
    rig.nodes.measure()
    missing = [
        f"{report.node} did not report {report.words!r}"
        for report in fault.reports
        if rig.watch.find(report.node, report.words, report.level, began, ended + REPORT_LIMIT)
        is None
    ]
    recovery = rig.watch.recovery(rig.calm.label, ended)
    complaints = [wrong, *missing, _late(recovery, limit)]
    if not fault.reports:
        complaints += _new_errors(rig, before)
    return Outcome(
        fault.name,
        began - begin,
        len(fault.reports) - len(missing),
        len(fault.reports),
        recovery,
        "; ".join(filter(None, complaints)),
    )


def _late(recovery: float | None, limit: float) -> str:
    if recovery is None:
        return "labels did not become correct again"
    return "labels were correct too late" if recovery > limit else ""


def _new_errors(rig: Rig, before: dict[str, int]) -> list[str]:
    """Nodes with errors though all messages were valid."""
    return [
        f"{node} failed: {rig.watch.reports_of(node, 0.0)[-1].values['last error']}"
        for node, errors in before.items()
        if rig.watch.errors(node) > errors
    ]


CROWD = (2, 4, 12)
"""Numbers of people that appear and disappear."""


@dataclass(frozen=True)
class Result:
    """Tables, descriptions of failures, and the result of each fault."""

    lines: list[str]
    wrong: list[str]
    outcomes: list[Outcome]


def run(
    folder: Path,
    *,
    seconds: float,
    seed: int,
    least: int = 1,
    compressed: bool = False,
    only: str = "",
    actions: int = 3,
    recovery_limit: float = RECOVERY_LIMIT,
    show: Callable[[str], None] = lambda _: None,
) -> Result:
    """Cause faults for a time.

    Args:
        folder: for logs of the nodes; emptied first.
        seconds: time in which faults begin [s].
        least: least number of faults, also after that time.
        seed: of the random numbers.
        compressed: True for a camera that sends JPEGs.
        only: parts of names of faults, comma-separated; empty for all.
        actions: number of simulated people, one after the other.
        recovery_limit: time limit for correct labels [s].
        show: called with each line of the results.

    Raises:
        PoseActionError: no such fault, or no action is recognised without faults.
    """
    words = [word.strip() for word in only.split(",")]
    faults = [
        fault for fault in kinds(compressed=compressed) if any(word in fault.name for word in words)
    ]
    if not faults:
        names = ", ".join(fault.name for fault in kinds(compressed=compressed))
        raise PoseActionError(f"no fault contains {only!r}, expected a part of {names}")
    shutil.rmtree(folder, ignore_errors=True)
    clips = [make_clip(seed + place, label) for place, label in enumerate(ACTIONS[:actions])]
    os.environ.update(dds_profile())
    rclpy.init()
    try:
        rig = Rig(folder, clips, _crowd(seed, clips), seed=seed, compressed=compressed)
        return _run(rig, faults, (seconds, least), recovery_limit, show)
    finally:
        rclpy.try_shutdown()


def _crowd(seed: int, clips: list[Clip]) -> dict[int, Clip]:
    crowd = {number: make_crowd(seed, ACTIONS[0], number) for number in CROWD}
    return {0: empty_room(clips[0].camera), **crowd}


def _run(
    rig: Rig,
    faults: list[Fault],
    length: tuple[float, int],
    limit: float,
    show: Callable[[str], None],
) -> Result:
    outcomes: list[Outcome] = []
    try:
        with running(rig):
            shares = control(rig)
            correct = ", ".join(f"{label} {share:.0%}" for label, share in shares.items())
            show(f"correct labels without faults: {correct}")
            begin = monotonic()
            for fault in draw(rig, faults):
                if monotonic() - begin > length[0] and len(outcomes) >= length[1]:
                    break
                calm_down(rig)
                outcomes.append(cause(rig, fault, begin, limit))
                show(outcome_lines(outcomes)[-1])
    finally:
        ends = rig.nodes.stop()
    memory, grown = memory_lines(rig.nodes.lives)
    failed = [f"{one.name}: {one.wrong}" for one in outcomes if one.wrong]
    return Result([*outcome_lines(outcomes), "", *memory], [*failed, *ends, *grown], outcomes)
