"""Faults one after another, with calm between, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

from benchmarks.faults.kinds import Fault
from benchmarks.faults.rig import NotShownError, Rig
from pose_action_ros.demo.command import STAGES
from pose_action_ros.errors import PoseActionError

RECOVERY_LIMIT = 3.0
"""Labels are right again so soon after a fault has ended [s]."""
TOLD_LIMIT = 3.0
"""A report may come so late after a fault has ended [s]."""
CALM = 5.5
"""Between two faults [s]: recovery, then time to see that it lasts."""
_CONTROL = 6.0
"""Of calm before all faults, in which the labels must be right [s]."""
_SETTLED = 3.0
"""After a change of the clip, until its label may be expected [s]."""
CONTROLLED = 0.9
"""Part of the labels that must be right in the calm before all faults."""


@dataclass(frozen=True)
class Outcome:
    """What became of one fault.

    Attributes:
        name: of the fault.
        began: since the suite's first fault [s].
        told: reports found, of those expected.
        expected: how many reports had to come.
        recovery: after its end, until the labels were right [s]; None: they never were.
        wrong: what should not have been, empty if nothing.
    """

    name: str
    began: float
    told: int
    expected: int
    recovery: float | None
    wrong: str


def control(rig: Rig) -> dict[str, float]:
    """Which part of the labels is right without any fault, for each clip; drops the others.

    Raises:
        PoseActionError: no clip is recognised well enough to tell a fault by it.
    """
    shares = {}
    for clip in list(rig.clips):
        rig.calm = clip
        rig.mend()
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
    """All faults in a random order, again and again."""
    while True:
        yield from rig.chance.sample(faults, len(faults))


def calm_down(rig: Rig) -> None:
    """Another clip, perhaps; until its label is there."""
    rig.calm = rig.chance.choice(rig.clips)
    rig.mend()
    rig.hold(_SETTLED)


def suffer(rig: Rig, fault: Fault, begin: float, limit: float) -> Outcome:
    """Let one fault happen; labels must be right again within a limit [s]."""
    before = {node: rig.watch.errors(node) for node in STAGES}
    began, wrong = monotonic(), ""
    try:
        fault.make(rig)
    except NotShownError as error:
        wrong = str(error)
        rig.mend()
    ended = monotonic()
    rig.hold(CALM)
    rig.nodes.check()
    rig.nodes.measure()
    missing = [
        f"{told.node} did not say {told.words!r}"
        for told in fault.told
        if rig.watch.told(told.node, told.words, told.level, began, ended + TOLD_LIMIT) is None
    ]
    recovery = rig.watch.right_from(rig.calm.label, ended)
    complaints = [wrong, *missing, _late(recovery, limit)]
    if not fault.told:
        complaints += _harmed(rig, before)
    return Outcome(
        fault.name,
        began - begin,
        len(fault.told) - len(missing),
        len(fault.told),
        recovery,
        "; ".join(filter(None, complaints)),
    )


def _late(recovery: float | None, limit: float) -> str:
    if recovery is None:
        return "labels did not become right again"
    return "labels were right too late" if recovery > limit else ""


def _harmed(rig: Rig, before: dict[str, int]) -> list[str]:
    """Nodes that failed at something though nothing was wrong."""
    return [
        f"{node} failed: {rig.watch.said(node, 0.0)[-1].values['last error']}"
        for node, errors in before.items()
        if rig.watch.errors(node) > errors
    ]
