"""What can go wrong, one kind after another: how it is done, and what must be told of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from benchmarks.faults import messages, pictures
from benchmarks.faults.rig import NotShownError, Rig
from pose_action_ros.demo.command import STAGES
from pose_action_ros.models.card import SHIPPED

_LONG = 4.0
"""For how long a fault holds [s]: longer than a node waits before it complains."""
_SHORT = 1.7
"""For how long each of several holds [s]: every node reports once a second."""
_MINUTE = 60 * 10**9
KEYPOINTS, LIFTER, ACTION = STAGES


@dataclass(frozen=True)
class Told:
    """A report that a fault must lead to: of which node, at least how bad, and with what words."""

    node: str
    words: str
    level: int = 1


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Attributes:
        name: for people.
        make: does it, holds it and ends it; raises a NotShownError when it does not work.
        told: what must be reported, everything of it; nothing where nothing is wrong.
    """

    name: str
    make: Callable[[Rig], None]
    told: tuple[Told, ...] = ()


Wrong = Mapping[str, tuple[Callable[[Any], Any], str]]


def _each(name: str, attribute: str, node: str, wrong: Wrong) -> Fault:
    """The camera sends what is wrong in one way after another."""

    def make(rig: Rig) -> None:
        for alter, _ in wrong.values():
            setattr(rig.camera.ways, attribute, alter)
            rig.hold(_SHORT)
        rig.mend()

    return Fault(name, make, tuple(Told(node, words) for _, words in wrong.values()))


def _silent(rig: Rig) -> None:
    rig.camera.ways.silent = True
    rig.hold(_LONG)
    rig.mend()


def _unplugged(rig: Rig) -> None:
    rig.camera.pull_out()
    rig.hold(_LONG)
    rig.camera.plug_in()


def _sizes(rig: Rig) -> None:
    for size in pictures.SIZES:
        rig.camera.ways.alter = partial(pictures.resized, size=size)
        rig.hold(_LONG / 4)
    rig.mend()


def _encodings(rig: Rig) -> None:
    for encoding in pictures.ENCODED:
        rig.camera.ways.alter = partial(pictures.encoded, encoding=encoding)
        rig.hold(_LONG / 7)
    rig.mend()


def _rates(rig: Rig) -> None:
    for rate in (60.0, 5.0, rig.chance.uniform(10, 60), rig.chance.uniform(5, 30)):
        rig.camera.ways.rate = rate
        rig.hold(_LONG / 4)
    rig.mend()


def _people(rig: Rig) -> None:
    """In and out; all of them at once, at least once; several must be seen at a time."""
    began = monotonic()
    for number in [max(rig.crowd), *rig.chance.sample(sorted(rig.crowd), len(rig.crowd) - 1)]:
        rig.camera.ways.clip = rig.crowd[number]
        rig.hold(_LONG)
    rig.mend()
    reports = rig.watch.said(KEYPOINTS, began)
    seen = max((int(one.values.get("people", 0)) for one in reports), default=0)
    if seen < 2:
        raise NotShownError(f"of {max(rig.crowd)} people at once {seen} were seen")


def _shuffled(now: int) -> int:
    """Back and forth by half a second, image by image."""
    return now - (now // 10**7 % 2) * 5 * 10**8


def _killed(node: str, teller: str, words: str) -> Fault:
    def make(rig: Rig) -> None:
        rig.nodes.kill(node)
        rig.await_active(node)

    return Fault(f"{node} killed", make, (Told(teller, words),))


def _stamps(rig: Rig) -> None:
    for stamp in (
        lambda now: now - 60 * _MINUTE,
        lambda now: now + _MINUTE,
        lambda _: 0,
        _shuffled,
    ):
        rig.camera.ways.stamp = stamp
        rig.hold(_SHORT)
    rig.mend()


def _last_killed(rig: Rig) -> None:
    """Nobody listens to it: it is missed because it does not report."""
    killed = monotonic()
    rig.nodes.kill(ACTION)
    silent = not rig.watch.said(ACTION, killed + 0.2, monotonic())
    rig.await_active(ACTION)
    if not silent:
        raise NotShownError("it reported though it was dead")


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
                raise NotShownError(f"{node} refused {name} = {value}: {reason}")
            rig.hold(0.3)


def _refused(rig: Rig) -> None:
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
            raise NotShownError(f"{node} did not refuse {name} = {value!r}")


def _said(topic: str, *nodes: str) -> Fault:
    """Bad messages on a topic between the nodes, beside the good ones."""
    wrong = messages.WRONG[topic]

    def make(rig: Rig) -> None:
        rig.open(topic, type(next(iter(wrong.values()))[0]()))
        for build, _ in wrong.values():
            end = monotonic() + _SHORT
            while monotonic() < end:
                rig.say(topic, build())
                rig.hold(0.1)
        rig.be_silent(topic)

    told = tuple(Told(node, words) for node in nodes for _, words in wrong.values() if words)
    return Fault(f"bad messages on {topic}", make, told)


def kinds(*, compressed: bool) -> list[Fault]:
    """All faults."""
    wrong = pictures.WRONG_COMPRESSED if compressed else pictures.WRONG
    stamps = ("old on arrival", "in the future", "without a stamp", "stamps jumped back")
    return [
        Fault("camera silent", _silent, (Told(KEYPOINTS, "no image for"),)),
        Fault("camera unplugged", _unplugged, (Told(KEYPOINTS, "no publisher on /image", 2),)),
        _each("corrupt images", "alter", KEYPOINTS, wrong),
        _each("bad camera_info", "alter_info", LIFTER, messages.WRONG_INFO),
        Fault("stamps jump", _stamps, tuple(Told(KEYPOINTS, words) for words in stamps)),
        Fault("sizes change", _sizes),
        *([] if compressed else [Fault("encodings change", _encodings)]),
        Fault("5 to 60 images a second", _rates),
        Fault("people come and go", _people),
        _killed(KEYPOINTS, LIFTER, "no keypoints for|no publisher"),
        _killed(LIFTER, ACTION, "no poses for|no publisher"),
        Fault(f"{ACTION} killed", _last_killed),
        Fault("parameters changed", _changed),
        Fault("parameters refused", _refused),
        _said("keypoints", LIFTER),
        _said("poses", ACTION),
        _said("action"),
    ]
