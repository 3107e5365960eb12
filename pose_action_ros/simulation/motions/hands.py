"""Movements of the hands in front of the body: clapping, punching and pushing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.motions.gesturing import between, lift_shoulder
from pose_action_ros.simulation.reach import arm
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Beat, Strokes, Wander, ease

_OVERHEAD = 0.5  # least height of hands over the head, above the shoulders [arm lengths]


def clapping(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Clap repeatedly, in front of the chest or face, low, or over the head."""
    ground = ground or Standing(body, rng)
    place, elbows = _clap_place(rng)
    rate = rng.uniform(1.0, 4.0)
    widest = float(np.exp(rng.uniform(np.log(0.06), np.log(0.45))))
    opening = min(widest, 0.7 / rate)  # half the gap, arm lengths
    aside = float(np.clip(rng.normal(0, 0.15), -0.35, 0.35))  # meeting point, to the left
    if place[1] > _OVERHEAD:
        aside = 0.0  # arms would not reach
    beat, size = Beat(rng, rate), Wander(rng, 0.1, 0.5)
    rise = rng.uniform(0.25, 0.7)
    bouts = Strokes(
        rng,
        rise=rise,
        hold=1.2 / rate + between(rng, 0.3, 3.0) if rng.random() < 0.5 else 40.0,
        fall=rng.uniform(0.3, 0.7),
        rest=rng.uniform(0.1, 0.6),
    )
    most = 0.9 if rng.random() < 0.3 else 0.25
    lead = rng.uniform(-most, most)  # one hand moves more than the other
    lift = rng.uniform(-0.08, 0.08)
    contact = (0.014 * body.height - body.half_shoulders) / body.arm
    palm = {
        "pronate": np.array(rng.normal(0, 12)),
        "curl": np.array(0.05),
        "wrist_flex": np.array(0.0),
    }

    def motion(times: Array) -> Channels:
        pose = ground(times)
        up = bouts(times)
        pose["phase"] = bouts.phase(times)
        phase = np.mod(beat(times), 1.0)
        gap = opening * (1 + 0.15 * size(times)) * (0.5 - 0.5 * np.cos(2 * np.pi * phase)) ** 0.8
        for side, share, way in zip(SIDES, (1 + lead, 1 - lead), (aside, -aside), strict=True):
            out = contact + way + gap * share
            wrist = np.stack([place[0] - 0.15 * gap, out, place[1] + lift * gap], axis=-1)
            pose.toward({**arm(body, wrist, elbows), **palm}, up, side)
            lift_shoulder(pose, side)
        pose["nod"] += 1.5 * up * np.cos(2 * np.pi * phase)
        return pose

    return motion


def _clap_place(rng: Rng) -> tuple[tuple[float, float], Array]:
    """Draw the meeting point (forward, up from the shoulders [arm lengths]), elbow direction."""
    kind = str(rng.choice(["chest", "face", "low", "overhead"], p=[0.6, 0.15, 0.1, 0.15]))
    ahead, up = {
        "chest": (rng.uniform(0.32, 0.66), rng.uniform(-0.45, -0.05)),
        "face": (rng.uniform(0.38, 0.62), rng.uniform(-0.05, 0.28)),
        "low": (rng.uniform(0.35, 0.5), rng.uniform(-0.75, -0.5)),
        "overhead": (rng.uniform(0.05, 0.35), rng.uniform(_OVERHEAD, 0.68)),
    }[kind]
    if kind == "overhead":
        return (ahead, up), np.array([-0.1, 1.0, 0.0])
    return (ahead, up), np.array([-0.3, rng.uniform(0.4, 1.2), -1.0])


class Punch:
    """Punches of one fist: from the guard to the target and back."""

    def __init__(self, body: Body, rng: Rng) -> None:
        middle = body.half_shoulders / body.arm
        self._body = body
        self._guard = np.array([0.30, -0.35 * middle, 0.05]) + rng.normal(0, [0.06, 0.08, 0.10])
        self._target = np.array(
            [rng.uniform(0.85, 0.98), -rng.uniform(0.2, 1.1) * middle, rng.uniform(-0.25, 0.2)]
        )
        kind = str(rng.choice(["straight", "hook", "upper"], p=[0.75, 0.15, 0.1]))
        self._bow = {  # direction in which the path bulges
            "straight": np.zeros(3),
            "hook": np.array([0.0, 0.35, 0.0]),
            "upper": np.array([0.1, 0.0, -0.45]),
        }[kind]
        if kind != "straight":
            self._target *= [0.65, 1.0, 1.0]
        out = 1.3 if kind == "hook" else 0.35
        self._elbow = np.array([-0.2, out, -1.0])

    def __call__(self, level: Array) -> dict[str, Array]:
        """Arm channels with the fist at level (T,) from 0, the guard, to 1, the hit."""
        share = level[:, None]
        wrist = self._guard + share * (self._target - self._guard)
        wrist = wrist + 4 * share * (1 - share) * self._bow
        still = np.zeros_like(level)
        return {
            **arm(self._body, wrist, self._elbow),
            "pronate": 10 + 70 * level,
            "wrist_flex": still,
            "curl": still + 1.0,
        }


def punching(body: Body, rng: Rng) -> Motion:
    """Punch fast from a guard, with one fist or with both alternately."""
    stand = Standing(body, rng, arms="hanging", wide=1.7)
    punch = {side: Punch(body, rng) for side in SIDES}
    only = SIDES[rng.integers(2)] if rng.random() < 0.45 else ""
    rate = between(rng, 0.7, 2.6)  # fast at a bag, or single punches
    beat = Beat(rng, rate, drift=0.1)
    out, back = np.array([rng.uniform(0.13, 0.24), rng.uniform(0.2, 0.35)]) * rate
    out, back = np.array([out, back]) * min(1.0, 0.92 / (out + back))
    rise, turn, bounce = rng.uniform(0.25, 0.5), rng.uniform(5, 28), rng.uniform(0, 0.012)
    strokes = Strokes(
        rng,
        rise=rise,
        hold=between(rng, 0.5, 4.0) if rng.random() < 0.4 else 40.0,
        fall=rng.uniform(0.3, 0.7),
        rest=rng.uniform(0.2, 0.8),
    )
    bursts = _Bursts(rng)
    low_guard = bool(only) and rng.random() < 0.4
    lean = rng.uniform(0, 8)
    bend = 0.02 * body.leg

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        up, phase = strokes(times), beat(times)
        pose["phase"] = np.maximum(strokes.phase(times), 1.0 - bursts(phase))
        for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
            if low_guard and side != only:
                continue
            own = phase + (0.5 if side == "right" and not only else 0.0)
            local = np.mod(own, 1.0)
            level = ease(local / out) * (1 - ease((local - out - 0.04) / back))
            level = level * ease(3 * up - 2) * bursts(own) * (not only or side == only)
            pose.toward(punch[side](level), up, side)
            pose["twist_left"] += sign * turn * level
            pose["yaw"] += sign * 0.3 * turn * level
            pose["turn_left"] -= sign * 1.3 * turn * level
            pose[f"{side}_protract"] += 16 * level
        pose["pitch"] += lean * up
        hop = bounce * body.height * (1 + np.sin(4 * np.pi * phase))
        return stand.settle(pose, drop=up * (bend + hop))

    return motion


class _Bursts:
    """Punches come one after another, or in bursts with pauses in the guard."""

    def __init__(self, rng: Rng) -> None:
        self._thrown = np.ones(64)
        if rng.random() < 0.35:
            runs = [(int(rng.integers(1, 5)), int(rng.integers(1, 3))) for _ in range(32)]
            self._thrown = np.concatenate([[1.0] * some + [0.0] * none for some, none in runs])

    def __call__(self, cycles: Array) -> Array:
        """(T,) 1 in cycles with a punch, 0 in the others."""
        index = np.mod(np.floor(cycles), len(self._thrown)).astype(np.intp)
        thrown: Array = self._thrown[index]
        return thrown


@dataclass(frozen=True)
class _Path:
    """Wrist before and at the end of a push, relative to the shoulder [arm lengths]."""

    ready: Array
    far: Array
    elbow: Array


def pushing(body: Body, rng: Rng) -> Motion:
    """Raise the hands, push them away and take them back, repeatedly."""
    stand = Standing(body, rng, wide=1.2)
    aside = rng.random() < 0.3
    both = not aside and rng.random() < 0.6
    sides = SIDES if both else (SIDES[rng.integers(2)],)
    path = _aside(body, rng) if aside else _forward(rng)
    level = _Levels(rng)
    palm = {
        "pronate": np.array(rng.uniform(55, 90)),
        "wrist_flex": np.array(rng.uniform(-70, -20)),
        "curl": np.array(0.05),
    }
    lean, twist = rng.uniform(0, 10) * (not aside), rng.uniform(0, 12)
    protract = 0.0 if aside else 14.0

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        up, push = level(times)
        pose["phase"] = level.phase(times)
        hand = path.ready + push[:, None] * (path.far - path.ready)
        for side in sides:
            pose.toward({**arm(body, hand, path.elbow), **palm}, up, side)
            pose[f"{side}_protract"] += protract * push * up
        if len(sides) == 1:
            pose["twist_left"] += (-twist if sides[0] == "left" else twist) * push * up
        pose["pitch"] += lean * push * up
        pose["forward"] += 0.003 * lean * push * up * body.height
        return stand.settle(pose)

    return motion


class _Levels:
    """Levels of raising and of pushing over time."""

    def __init__(self, rng: Rng) -> None:
        slow = rng.uniform(0.0, 1.0)
        quick = between(rng, 0.45, 1.0)
        self._home = bool(rng.random() < 0.6)  # hands are lowered between pushes
        self._draw = rng.uniform(0.35, 0.8) * quick + 0.1
        self._push = 0.22 + 0.6 * slow * quick
        self._wait = rng.uniform(0.0, 0.25)
        hold = rng.uniform(0.05, 1.2)
        back = 0.3 + 0.5 * slow * quick
        lead = self._draw + self._wait
        self._up = Strokes(
            rng,
            rise=self._draw,
            hold=self._wait + self._push + hold,
            fall=back + 0.2,
            rest=rng.uniform(0.1, 0.5),
        )
        self._again = Strokes(
            rng, rise=self._push, hold=hold, fall=back, rest=rng.uniform(0.1, 0.5)
        )
        self._lead = lead

    def __call__(self, times: Array) -> tuple[Array, Array]:
        if not self._home:
            return ease(times / self._draw), self._again(times - self._lead)
        _, since = self._up.local(times)
        return self._up(times), ease((since - self._lead) / self._push)

    def phase(self, times: Array) -> Array:
        """(T,) 1 while the hands are lowered, if they are; 0 while they push and draw back."""
        return self._up.phase(times) if self._home else np.zeros_like(times)


def _forward(rng: Rng) -> _Path:
    """Draw a path from the chest to the front."""
    return _Path(
        ready=rng.uniform([0.22, -0.18, -0.32], [0.38, 0.08, 0.02]),
        far=rng.uniform([0.78, -0.2, -0.3], [0.98, 0.1, 0.15]),
        elbow=np.array([-0.2, rng.uniform(0.2, 1.2), -1.0]),
    )


def _aside(body: Body, rng: Rng) -> _Path:
    """Draw a path from the opposite shoulder or hip outwards, as if to clear something away."""
    middle = body.half_shoulders / body.arm
    height = rng.uniform(-0.5, 0.0)
    return _Path(
        ready=np.array([rng.uniform(0.32, 0.5), -rng.uniform(0.6, 2.0) * middle, height]),
        far=np.array(
            [rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.75), height + rng.uniform(-0.08, 0.15)]
        ),
        elbow=np.array([-0.2, rng.uniform(0.3, 1.0), -1.0]),
    )
