"""Motions that are no actions of the shipped model, in the style of the simulation.

Checking the watch is one of the unnamed movements that it is trained to reject.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.training.action.labelled import LabelledKeypoints
from pose_action_ros.lab.training.action.people import observe
from pose_action_ros.lifting import Lifter
from pose_action_ros.pose_tracks import PoseTrack
from pose_action_ros.simulation import Body, Performance, Script, VirtualCamera, perform
from pose_action_ros.simulation.channels import SIDES, Channels
from pose_action_ros.simulation.motions.gesturing import lift_shoulder
from pose_action_ros.simulation.reach import arm
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Strokes
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
Rng = np.random.Generator


def time_out(body: Body, rng: Rng) -> Motion:
    """One flat hand on the fingertips of the other before the chest, a T, held again and again."""
    stand, above = Standing(body, rng), SIDES[rng.integers(2)]
    middle = body.half_shoulders / body.arm
    ahead, height = rng.uniform(0.32, 0.5), rng.uniform(-0.2, 0.15)
    goals = {
        True: {
            **arm(body, [ahead, -rng.uniform(0.8, 1.1) * middle, height], [0.0, 1.0, 0.0]),
            "pronate": np.array(rng.uniform(60, 90)),
        },
        False: {
            **arm(body, [ahead, -rng.uniform(0.7, 1.0) * middle, height - 0.2], [0.0, 0.5, -1.0]),
            "pronate": np.array(rng.normal(0, 15)),
        },
    }
    holds = Strokes(
        rng,
        rise=rng.uniform(0.4, 0.9),
        hold=rng.uniform(0.8, 2.2),
        fall=rng.uniform(0.4, 0.9),
        rest=rng.uniform(0.2, 0.8),
    )

    def motion(times: Array) -> Channels:
        pose, level = stand.base(times), holds(times)
        for side in SIDES:
            pose.toward(goals[side == above], level, side)
            lift_shoulder(pose, side)
        return stand.settle(pose)

    return motion


def checking_watch(body: Body, rng: Rng) -> Motion:
    """One forearm comes up level before the chest and the head goes down to it."""
    stand, side = Standing(body, rng), SIDES[rng.integers(2)]
    middle = body.half_shoulders / body.arm
    ahead, up = rng.uniform(0.32, 0.5), rng.uniform(-0.35, -0.1)
    goal = {
        **arm(body, [ahead, -rng.uniform(0.6, 1.3) * middle, up], [0.1, 1.0, -0.6]),
        "pronate": np.array(rng.uniform(50, 90)),
        "curl": np.array(rng.uniform(0.3, 0.9)),
    }
    looks = Strokes(
        rng,
        rise=rng.uniform(0.4, 0.8),
        hold=rng.uniform(0.8, 2.0),
        fall=rng.uniform(0.4, 0.8),
        rest=rng.uniform(0.2, 0.7),
    )
    nod, turn = rng.uniform(12, 35), rng.uniform(0, 15) * (1 if side == "left" else -1)

    def motion(times: Array) -> Channels:
        pose, level = stand.base(times), looks(times)
        pose.toward(goal, level, side)
        pose["nod"] += nod * level
        pose["turn_left"] += turn * level
        return stand.settle(pose)

    return motion


def side_bending(body: Body, rng: Rng) -> Motion:
    """The trunk bends to one side and the other in turn, with the outer arm over the head."""
    stand = Standing(body, rng, arms="hanging", wide=0.6)
    bends = Strokes(
        rng,
        rise=rng.uniform(0.6, 1.3),
        hold=rng.uniform(0.1, 1.2),
        fall=rng.uniform(0.6, 1.2),
        rest=rng.uniform(0.05, 0.4),
    )
    far, first = rng.uniform(18, 38), int(rng.integers(2))
    over = arm(body, [rng.uniform(0.0, 0.2), -rng.uniform(0.0, 0.5), 0.85], [0.0, 1.0, 0.2])

    def motion(times: Array) -> Channels:
        pose, level = stand.base(times), bends(times)
        number, _ = bends.local(times)
        left = np.mod(number + first, 2)  # (T,) 1 for a bend to the left
        pose["bend_left"] += far * level * (2 * left - 1)
        for side, outer in zip(SIDES, (1 - left, left), strict=True):
            pose.toward(over, level * outer, side)
            lift_shoulder(pose, side)
        return stand.settle(pose)

    return motion


NEW_MOTIONS: Mapping[str, Callable[[Body, Rng], Motion]] = {
    "time_out": time_out,
    "checking_watch": checking_watch,
    "side_bending": side_bending,
}


def filmed(label: str, rng: Rng, rendered: bool = False) -> LabelledKeypoints:
    """Keypoints of a person performing a motion, mostly with rests before and after.

    Args:
        label: of NEW_MOTIONS.
        rng: random generator.
        rendered: True for images and the detector, False for a simulated one.

    Returns:
        Tracked keypoints; the labels are the motion's during the motion, else "standing".
    """
    camera, body = VirtualCamera.random(rng, distance=(1.5, 5.0)), Body.random(rng)
    motion = Performance(label, body, NEW_MOTIONS[label](body, rng))
    parts = [perform("standing", rng, body), motion, perform("standing", rng, body)]
    lead, action = rng.uniform(0.6, 2.0), rng.uniform(3.0, 4.5)
    end = lead + action
    toward = float(np.arctan2(camera.position[1], camera.position[0])) + rng.normal(0, 0.6)
    script = Script(parts, [0.0, lead, end], (0.0, 0.0), toward)
    begin = lead if rng.random() < 0.3 else 0.0  # at once, or after standing there
    length = end + rng.uniform(0.0, 1.0) - begin
    return observe(script, length, camera, rng, rendered=rendered, begin=begin)


def recorded(
    label: str, number: int, lifter: Lifter, rng: Rng, rendered: bool = False
) -> PoseTrack:
    """A recording of the motion, to teach a model with."""
    person = filmed(label, rng, rendered)
    lifted = lifter.lift_track(person.points, person.scores, person.intrinsics, person.stamps)
    return PoseTrack(
        skeleton=HUMAN36M_17,
        stamps=person.stamps,
        points=lifted.joints,
        scores=np.where(lifted.known, lifted.scores, 0.0),
        label=label,
        source=f"{label}_{number}.mp4",
    )
