"""The kinds of faults, and the reports that each must cause."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from benchmarks.faults import wrong_messages
from benchmarks.faults.rig import NotShownError, Rig
from pose_action_ros.demo.command import STAGES
from pose_action_ros.models.card import SHIPPED

_LONG = 4.0
"""Duration of a fault [s]: longer than the delay of reports."""
_SHORT = 1.7
"""Duration of each of several faults [s]: nodes report once a second."""
_MINUTE = 60 * 10**9
KEYPOINTS, LIFTER, ACTION = STAGES


@dataclass(frozen=True)
class Report:
    """A report that a fault must cause: node, pattern of its text, and least level."""

    node: str
    words: str
    level: int = 1


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Attributes:
        name: of the fault.
        make: causes, holds and ends it; NotShownError if it has no effect.
        reports: all must arrive; empty for changes that are valid.
    """

    name: str
    make: Callable[[Rig], None]
    reports: tuple[Report, ...] = ()


Wrong = Mapping[str, tuple[Callable[[Any], Any], str]]


def _each(name: str, attribute: str, node: str, wrong: Wrong) -> Fault:
    """A fault of the camera: invalid messages, one kind after another."""

    def make(rig: Rig) -> None:
        for alter, _ in wrong.values():
            setattr(rig.camera.behaviour, attribute, alter)
            rig.hold(_SHORT)
        rig.restore()

    return Fault(name, make, tuple(Report(node, words) for _, words in wrong.values()))


def _silent(rig: Rig) -> None:
    rig.camera.behaviour.silent = True
    rig.hold(_LONG)
    rig.restore()


def _unplugged(rig: Rig) -> None:
    rig.camera.pull_out()
    rig.hold(_LONG)
    rig.camera.plug_in()


def _sizes(rig: Rig) -> None:
    for size in wrong_messages.SIZES:
        rig.camera.behaviour.alter = partial(wrong_messages.resize, size=size)
        rig.hold(_LONG / 4)
    rig.restore()


def _encodings(rig: Rig) -> None:
    for encoding in wrong_messages.ENCODED:
        rig.camera.behaviour.alter = partial(wrong_messages.encode, encoding=encoding)
        rig.hold(_LONG / 7)
    rig.restore()


def _rates(rig: Rig) -> None:
    for rate in (60.0, 5.0, rig.chance.uniform(10, 60), rig.chance.uniform(5, 30)):
        rig.camera.behaviour.rate = rate
        rig.hold(_LONG / 4)
    rig.restore()


def _people(rig: Rig) -> None:
    """Change the number of people; several must be detected at the same time."""
    began = monotonic()
    for number in [max(rig.crowd), *rig.chance.sample(sorted(rig.crowd), len(rig.crowd) - 1)]:
        rig.camera.behaviour.clip = rig.crowd[number]
        rig.hold(_LONG)
    rig.restore()
    reports = rig.watch.reports_of(KEYPOINTS, began)
    detected = max((int(one.values.get("people", 0)) for one in reports), default=0)
    if detected < 2:
        raise NotShownError(f"of {max(rig.crowd)} people {detected} were detected")


def _shuffled(now: int) -> int:
    """Move the stamp back by half a second in every other image."""
    return now - (now // 10**7 % 2) * 5 * 10**8


def _killed(node: str, reporter: str, words: str) -> Fault:
    def make(rig: Rig) -> None:
        rig.nodes.kill(node)
        rig.await_active(node)

    return Fault(f"{node} killed", make, (Report(reporter, words),))


def _stamps(rig: Rig) -> None:
    for stamp in (
        lambda now: now - 60 * _MINUTE,
        lambda now: now + _MINUTE,
        lambda _: 0,
        _shuffled,
    ):
        rig.camera.behaviour.stamp = stamp
        rig.hold(_SHORT)
    rig.restore()


def _last_killed(rig: Rig) -> None:
    """No node subscribes to it: its missing reports show the fault."""
    killed = monotonic()
    rig.nodes.kill(ACTION)
    silent = not rig.watch.reports_of(ACTION, killed + 0.2, monotonic())
    rig.await_active(ACTION)
    if not silent:
        raise NotShownError("it reported after it was killed")


def _changed(rig: Rig) -> None:
    copy = rig.folder / "copy.onnx"
    for suffix in (".onnx", ".json"):
        shutil.copy((SHIPPED / "action").with_suffix(suffix), copy.with_suffix(suffix))
    for node, name, odd, usual in (
        (KEYPOINTS, "min_joint_score", 0.9, -1.0),
        (KEYPOINTS, "smoothing", False, True),
        (KEYPOINTS, "max_people", 1, max(rig.crowd)),
        (LIFTER, "person_height", 1.2, 1.7),
        (ACTION, "unknown_below", 1.0, -1.0),
        (ACTION, "action_model", str(copy), "action"),
    ):
        for value in (odd, usual):
            if reason := rig.set(node, **{name: value}):
                raise NotShownError(f"{node} rejected {name} = {value}: {reason}")
            rig.hold(0.3)


def _rejected(rig: Rig) -> None:
    garbage = rig.folder / "garbage.onnx"
    garbage.write_bytes(b"no network")
    for node, name, value in (
        (KEYPOINTS, "max_people", 0),
        (KEYPOINTS, "max_people", "many"),
        (KEYPOINTS, "detector", "openpose"),
        (KEYPOINTS, "min_joint_score", float("nan")),
        (LIFTER, "person_height", float("inf")),
        (LIFTER, "lifter_model", "other"),
        (ACTION, "action_model", "/nowhere.onnx"),
        (ACTION, "action_model", str(rig.folder)),
        (ACTION, "action_model", str(garbage)),
        (ACTION, "action_model", ""),
        (ACTION, "unknown_below", 7.0),
    ):
        if not rig.set(node, **{name: value}):
            raise NotShownError(f"{node} did not reject {name} = {value!r}")


def _bad_messages(topic: str, *nodes: str) -> Fault:
    """Invalid messages on a topic between the nodes, in addition to valid ones."""
    wrong = wrong_messages.WRONG_MESSAGES[topic]

    def make(rig: Rig) -> None:
        rig.open(topic, type(next(iter(wrong.values()))[0]()))
        for build, _ in wrong.values():
            end = monotonic() + _SHORT
            while monotonic() < end:
                rig.publish(topic, build())
                rig.hold(0.1)
        rig.close(topic)

    reports = tuple(Report(node, words) for node in nodes for _, words in wrong.values() if words)
    return Fault(f"bad messages on {topic}", make, reports)


def kinds(*, compressed: bool) -> list[Fault]:
    """All faults."""
    wrong = wrong_messages.WRONG_COMPRESSED if compressed else wrong_messages.WRONG_IMAGES
    late = "older than the newest"
    stamps = ("old on arrival", "in the future", "without a stamp", "stamps jumped back", late)
    return [
        Fault("camera silent", _silent, (Report(KEYPOINTS, "no image for"),)),
        Fault("camera unplugged", _unplugged, (Report(KEYPOINTS, "no publisher on /image", 2),)),
        _each("corrupt images", "alter", KEYPOINTS, wrong),
        _each("bad camera_info", "alter_info", LIFTER, wrong_messages.WRONG_INFO),
        Fault("stamps jump", _stamps, tuple(Report(KEYPOINTS, words) for words in stamps)),
        Fault("sizes change", _sizes),
        *([] if compressed else [Fault("encodings change", _encodings)]),
        Fault("5 to 60 images a second", _rates),
        Fault("people come and go", _people),
        _killed(KEYPOINTS, LIFTER, "no keypoints for|no publisher"),
        _killed(LIFTER, ACTION, "no poses for|no publisher"),
        Fault(f"{ACTION} killed", _last_killed),
        Fault("parameters changed", _changed),
        Fault("parameters rejected", _rejected),
        _bad_messages("keypoints", LIFTER),
        _bad_messages("poses", ACTION),
        _bad_messages("action"),
    ]
