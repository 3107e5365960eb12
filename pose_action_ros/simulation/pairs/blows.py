"""Punching, pushing and kicking another person, who reacts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pose_action_ros.simulation.channels import SIDES, Array, other_side
from pose_action_ros.simulation.kinematics import Posed
from pose_action_ros.simulation.pairs.actor import Gesture, Level, Target, pulse
from pose_action_ros.simulation.pairs.stage import UNLABELLED, Stage, before, between, on_body

_AFTER = 0.45  # [s] after the limb is back in which the label holds
_GUARDS = 0.4  # share of people who lift the arms as a guard


def punching(stage: Stage) -> None:
    """Hit the other person with a fist, once or several times."""
    rng = stage.rng
    reach = stage.bodies[0].arm
    stage.close_in(reach * rng.uniform(1.25, 2.1))
    side = SIDES[rng.integers(2)]
    count = int(rng.choice([1, 2, 3, 4], p=[0.6, 0.2, 0.12, 0.08]))
    start = stage.time
    draw, back = rng.uniform(0.15, 0.5), rng.uniform(0.25, 0.6)
    step, lean = rng.uniform(0, 0.35) * (rng.random() < 0.6), rng.uniform(0, 14)
    part = str(rng.choice(["nose", "neck", "spine"], p=[0.55, 0.3, 0.15]))
    short = rng.uniform(0.05, 0.3)  # the fist stops before the body [m]
    aim = on_body(1, part, (short, rng.normal(0, 0.05), rng.normal(0, 0.05)))
    guard = before(0, side, reach * rng.uniform([-0.1, -0.4, -0.5], [0.5, 0.5, 0.2]))
    hits = []
    moment = start + draw
    for number in range(count):
        quick = rng.uniform(0.1, 0.28)
        hits.append((moment, quick))
        if number == 0 and step:
            stage.go(0, step, draw + quick, start=start)
        moment += quick + back + rng.uniform(0, 0.3)
    end = moment
    hit = _train(hits, back)
    up = pulse(start, draw, end - start - draw, rng.uniform(0.25, 0.6))
    out = 1.0 if side == "left" else -1.0
    bow = reach * rng.uniform(0.2, 0.5) * out if rng.random() < 0.4 else 0.0  # a hook
    stage.reach(0, side, _bowed(guard, aim, hit, bow), up, pronate=60.0, curl=1.0)
    if rng.random() < _GUARDS:
        other = other_side(side)
        place = before(0, other, reach * rng.uniform([0.2, -0.4, -0.4], [0.5, 0.0, 0.1]))
        stage.reach(0, other, place, up, pronate=20.0, curl=1.0)
    turn = -out * rng.uniform(5, 40)
    stage.lean(0, hit, pitch=lean, forward=0.004 * lean, twist_left=turn, yaw=0.4 * turn)
    stage.lean(0, _minus(up, hit), twist_left=-0.5 * turn)
    stage.trunk[0].append(Gesture({"protract": rng.uniform(5, 20)}, hit, side))
    for begin, quick in hits:
        _react(stage, begin + 0.8 * quick, strength=rng.uniform(0.3, 1.2), high=part != "spine")
    if step and rng.random() < 0.6:
        stage.go(0, -step, 0.5, start=end)
    _finish(stage, "punching", start, end)


def _bowed(start: Target, end: Target, share: Level, aside: float) -> Target:
    """From one point to another on a path that bulges to the left of person 0 [m]."""
    straight = between(start, end, share)

    def point(times: Array, posed: Sequence[Posed]) -> Array:
        level = share(times)[:, None]
        left = posed[0].frames["chest"][:, :, 1]
        return np.asarray(straight(times, posed) + 4 * aside * level * (1 - level) * left)

    return point


def pushing(stage: Stage) -> None:
    """Push the other person away with both hands or one."""
    rng = stage.rng
    reach = stage.bodies[0].arm
    near = reach * rng.uniform(0.85, 1.35)
    start = stage.time
    if stage.distance() - near > 0.5 and rng.random() < 0.5:
        stage.close_in(reach * rng.uniform(1.3, 2.0))
        start = stage.time
    # The last steps are part of the push.
    way = stage.distance() - near
    seconds = max(0.3, abs(way) / rng.uniform(0.8, 1.6))
    contact = stage.go(0, way, seconds) if way > 0.05 else start + rng.uniform(0.25, 0.6)
    both = rng.random() < 0.72
    sides = SIDES if both else (SIDES[rng.integers(2)],)
    force, press = rng.uniform(0.1, 0.9), rng.uniform(0.2, 0.9)
    raise_ = min(contact - start, rng.uniform(0.3, 0.7))
    up = pulse(contact - raise_, raise_, press + rng.uniform(0.0, 0.3), rng.uniform(0.3, 0.7))
    low = rng.uniform(-0.28, 0.02)
    for side in sides:
        out = 1 if side == "left" else -1
        # Facing people have opposite sides: the left hand meets the right shoulder.
        across = -out * rng.uniform(0.05, 0.16) if both else rng.normal(0, 0.12)
        target = on_body(1, "neck", (rng.uniform(0.08, 0.15), across, low))
        ready = before(0, side, reach * rng.uniform([0.25, -0.2, -0.4], [0.45, 0.1, 0.0]))
        share = pulse(contact - 0.6 * raise_, 0.6 * raise_, 9.0, 1.0)
        palm = {"pronate": rng.uniform(50, 90), "wrist_flex": rng.uniform(-70, -30), "curl": 0.05}
        stage.reach(0, side, between(ready, target, share), up, **palm)
        stage.trunk[0].append(Gesture({"protract": rng.uniform(4, 20)}, up, side))
    lean = rng.uniform(2, 20)
    push = pulse(contact - 0.1, press, 0.1, 0.6)
    stage.lean(0, push, pitch=lean, forward=0.004 * lean, nod=-0.4 * lean)
    if rng.random() < 0.5:
        stage.go(0, rng.uniform(0.05, 0.3), press, start=contact)
    _react(stage, contact + 0.05, strength=force, high=True, least=0.2 + 0.5 * force)
    end = contact + press + 0.5
    if rng.random() < 0.4:
        stage.go(0, -rng.uniform(0.1, 0.5), 0.6, start=end)
    _finish(stage, "pushing", start, end)


def kicking(stage: Stage) -> None:
    """Kick the other person: forward, low, or from the side."""
    rng = stage.rng
    height = stage.bodies[0].height
    stage.close_in(height * rng.uniform(0.42, 0.88))
    side = SIDES[rng.integers(2)]
    out = 1.0 if side == "left" else -1.0
    count = int(rng.choice([1, 2, 3], p=[0.7, 0.2, 0.1]))
    start, moment = stage.time, stage.time
    load, hit, back_lean = _kick_poses(stage)
    step = rng.uniform(0, 0.3) * (rng.random() < 0.4)
    if step:
        moment = stage.go(0, step, 0.35, start=start)
    over = 0.055 * height
    for _ in range(count):
        lift, quick, back = rng.uniform(0.15, 0.4), rng.uniform(0.1, 0.3), rng.uniform(0.3, 0.6)
        hold = rng.uniform(0.02, 0.15)
        raised = pulse(moment, lift, quick + hold, back)
        out_there = pulse(moment + 0.6 * lift, 0.4 * lift + quick, hold, 0.8 * back)
        stage.lean(0, raised, pitch=-back_lean, bend_forward=0.6 * back_lean, sideways=-out * over)
        stage.lean(0, out_there, twist_left=out * rng.uniform(0, 12), roll=-out * rng.uniform(0, 8))
        stage.limbs[0].append(Gesture(load, raised, side, added=False))
        stage.limbs[0].append(Gesture(hit, out_there, side, added=False))
        for arm in SIDES:
            angles = {"abduct": rng.uniform(0, 45), "elbow": rng.uniform(0, 40)}
            stage.trunk[0].append(Gesture(angles, raised, arm))
        contact = moment + lift + 0.6 * quick
        _react(stage, contact, strength=rng.uniform(0.3, 1.2), high=False)
        moment += lift + quick + hold + back + rng.uniform(0, 0.4)
    if step and rng.random() < 0.6:
        stage.go(0, -step, 0.5, start=moment)
    _finish(stage, "kicking", start, moment)


def _kick_poses(stage: Stage) -> tuple[dict[str, float], dict[str, float], float]:
    """Draw the raised leg, the leg at the hit, and how far the trunk leans back [degrees]."""
    rng = stage.rng
    kind = str(rng.choice(["front", "low", "round"], p=[0.5, 0.3, 0.2]))
    if kind == "low":
        load = {"hip_flex": rng.uniform(-25, 5), "knee": rng.uniform(30, 85), "ankle": -10.0}
        hit = {"hip_flex": rng.uniform(20, 50), "knee": rng.uniform(3, 30), "ankle": -15.0}
    elif kind == "round":
        high = rng.uniform(30, 60)
        load = {"hip_flex": rng.uniform(20, 60), "hip_abduct": 0.6 * high, "knee": 90.0}
        hit = {"hip_flex": rng.uniform(30, 60), "hip_abduct": high, "knee": rng.uniform(5, 35)}
    else:
        high = rng.uniform(40, 100)
        load = {"hip_flex": 0.85 * high, "knee": rng.uniform(60, 110), "ankle": -5.0}
        hit = {"hip_flex": high, "knee": rng.uniform(3, 35), "ankle": rng.uniform(-20, 10)}
    return load, hit, float(rng.choice([rng.uniform(0, 15), rng.uniform(10, 36)]))


def _react(stage: Stage, moment: float, strength: float, high: bool, least: float = 0.0) -> None:
    """Let person 1 react to a blow at a moment [s].

    The person bends back or over, steps back and lifts the arms, or shows little of it.

    Args:
        stage: changed in place.
        moment: of the blow.
        strength: 0 to 1.
        high: True for a blow to the head or chest.
        least: least way back [m].
    """
    rng = stage.rng
    if rng.random() < 0.12 and not least:
        return
    moment += float(rng.uniform(0.0, 0.12)) - 0.2 * (rng.random() < 0.12)
    rise, hold, fall = rng.uniform(0.12, 0.3), rng.uniform(0.0, 0.6), rng.uniform(0.4, 0.9)
    level = pulse(moment, rise, hold, fall)
    bend = strength * rng.uniform(6, 26)
    if high:
        stage.lean(1, level, pitch=-bend, nod=-0.5 * bend * rng.uniform(-0.5, 1), forward=-0.06)
    else:
        over = bend * (1 if rng.random() < 0.7 else -0.7)
        stage.lean(1, level, pitch=0.5 * over, bend_forward=over, forward=-0.004 * abs(over))
    stage.lean(1, level, twist_left=strength * rng.normal(0, 24), turn_left=rng.normal(0, 18))
    stage.lean(
        1, level, bend_left=strength * rng.normal(0, 9), tilt_left=strength * rng.normal(0, 9)
    )
    way = max(least, strength * rng.uniform(0.05, 0.6) * (rng.random() < 0.85))
    if way > 0.04:
        turn = float(rng.normal(0, 15))
        stage.go(1, -way, rng.uniform(0.3, 0.55) + 0.4 * way, turn=turn, start=moment)
    kind = rng.random()
    guard = pulse(moment - 0.1, rng.uniform(0.2, 0.4), hold + 0.2, fall)
    for side in SIDES:
        if kind < _GUARDS:
            low, far = (
                ([0.2, -0.5, -0.5], [0.6, 0.1, 0.3])
                if high
                else ([0.3, -0.4, -1.0], [0.7, 0.2, -0.5])
            )
            place = before(1, side, stage.bodies[1].arm * rng.uniform(low, far))
            stage.reach(1, side, place, guard, curl=0.3)
        elif kind < 0.85:
            angles = {
                "flex": strength * rng.uniform(-20, 70),
                "abduct": strength * rng.uniform(0, 50),
                "elbow": strength * rng.uniform(0, 50),
            }
            stage.trunk[1].append(Gesture(angles, level, side))


def _train(hits: list[tuple[float, float]], back: float) -> Level:
    """Level of several blows: start and duration of the way out [s], duration of the way back."""
    pulses = [pulse(begin, quick, 0.04, back) for begin, quick in hits]

    def level(times: Array) -> Array:
        return np.asarray(np.max([one(times) for one in pulses], axis=0))

    return level


def _minus(one: Level, other: Level) -> Level:
    return lambda times: np.clip(one(times) - other(times), 0, 1)


def _finish(stage: Stage, label: str, start: float, end: float) -> None:
    """Label the blow, and leave the return unlabelled."""
    stage.mark(label, start, end + _AFTER)
    stage.mark(UNLABELLED, end + _AFTER, end + _AFTER + 0.5)
    stage.time = end + _AFTER + 0.2
