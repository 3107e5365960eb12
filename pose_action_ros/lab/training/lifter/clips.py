"""Clips of one person, for the renderer: recorded, in actions, moving freely, in postures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.bodies import bone_lengths, on_bodies, random_lengths
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.datasets.simulated import figure_of, person_joints
from pose_action_ros.lab.training.lifter.people import OWN_BONES, RECORDED
from pose_action_ros.lab.training.lifter.pool import FACE, Pool, turn_heads
from pose_action_ros.simulation import ACTIONS, Body, Script
from pose_action_ros.simulation.free_movement import FREE, free_performance
from pose_action_ros.simulation.furniture import Box
from pose_action_ros.simulation.kinematics import Posed
from pose_action_ros.simulation.motions.postures import POSTURES, posture_performance

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Generator = np.random.Generator

_ACTIONS, _SECONDS, _ROOM = 2, 4.0, 1.1
_FREE_SECONDS = 25.0
_BONES = {
    "shin": "ankle",
    "thigh": "knee",
    "neck_and_head": "head_top",
    "half_shoulders": "shoulder",
    "half_hips": "t_hip",
    "upper_arm": "elbow",
    "forearm": "wrist",
}
"""Measure of a body, and ending of the names of the joints at the end of its bones."""
_HEAD_SIZES = ("head_height", "head_breadth", "head_length")
_SOLE = (0.05, 0.12)  # [m] from the floor to the lowest joint of a recorded person


@dataclass(frozen=True, eq=False)
class Clip:
    """T consecutive moments of one person, z up, floor at z = 0.

    Attributes:
        body: for the renderer.
        figure: joints and segment axes at the T moments.
        joints: (T, 21, 3) [m] PERSON.
        action: with the prefix RECORDED for recorded people.
        subject: name of the recorded person, empty for a simulated one.
        defined: (21,) see Capture.
        furniture: around the person.
    """

    body: Body
    figure: Posed
    joints: Array
    action: str
    subject: str
    defined: Flags
    furniture: tuple[Box, ...] = ()


def recorded_clip(pool: Pool, times: Array, rng: Generator) -> Clip:
    """A random piece of a recording, with the person's own bones or a random body's.

    Where the recording has no face, the head turns.

    Args:
        pool: recordings.
        times: (T,) [s] from the beginning of the clip.
        rng: source of randomness.
    """
    chosen, end = pool.draw(1, float(times[-1]), rng)
    joints = pool.at(chosen, end[:, None] - times[-1] + times)
    defined = pool.defined[chosen[0]]
    joints = joints[0] if defined[FACE].all() else turn_heads(joints, rng)[0]
    if rng.random() >= OWN_BONES["recorded"]:
        joints = on_bodies(joints, random_lengths(rng, 1)[0])
    body = fitted_body(Body.random(rng), joints)
    joints = joints - [*joints[0, 0, :2], joints[..., 2].min() - rng.uniform(*_SOLE)]
    capture = pool.captures[chosen[0]]
    action = RECORDED + capture.action
    return Clip(body, figure_of(body, joints), joints, action, capture.subject, defined)


def simulated_clip(times: Array, rng: Generator) -> Clip:
    """A random body in one of two actions, or between them."""
    actions = [str(action) for action in rng.choice(ACTIONS, _ACTIONS, replace=False)]
    script = Script.random(rng, actions, _SECONDS, room=_ROOM)
    start = rng.uniform(0, _ACTIONS * _SECONDS - times[-1])
    return _scripted(script, start + times, script.label_at(start + times[len(times) // 2]))


def free_clip(times: Array, rng: Generator) -> Clip:
    """A random body that moves freely."""
    script = Script([free_performance(rng)], [0.0])
    return _scripted(script, rng.uniform(0, _FREE_SECONDS) + times, FREE)


def posture_clip(times: Array, rng: Generator) -> Clip:
    """A random body in a posture, or getting up, with the furniture."""
    posture = str(rng.choice(POSTURES))
    script = Script([posture_performance(rng, posture)], [0.0])
    return _scripted(script, rng.uniform(0, _FREE_SECONDS) + times, posture)


def _scripted(script: Script, times: Array, action: str) -> Clip:
    figure = script.posed(times)
    joints = person_joints(figure.joints)
    defined = np.ones(len(PERSON), np.bool_)
    return Clip(script.body, figure, joints, action, "", defined, script.furniture)


def fitted_body(body: Body, joints: Array) -> Body:
    """The body with the height and the bones of a person (T, 21, 3), for the renderer."""
    lengths = np.median(bone_lengths(joints), axis=0)  # (21,)

    def bone(end: str) -> float:
        rows = [row for row, name in enumerate(PERSON.joints) if name.endswith(end)]
        return float(lengths[rows].mean())

    measures: dict[str, Any] = {name: bone(end) for name, end in _BONES.items()}
    measures["trunk"] = bone("spine") + bone("neck")
    stature = body.foot_height / body.height + 1  # the sole is as high as in the random body
    total = sum(measures[name] for name in ("shin", "thigh", "trunk", "neck_and_head"))
    scaled = body.scaled(stature * total)
    head = np.clip(measures["neck_and_head"] / scaled.neck_and_head, 0.85, 1.2)
    measures |= {name: getattr(scaled, name) * float(head) for name in _HEAD_SIZES}
    return replace(scaled, **measures)
