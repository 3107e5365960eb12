"""Gestures of the arms: bouts of raising the hands, moving them and lowering them again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.reach import aim, arm
from pose_action_ros.simulation.standing import ARMS, Motion, Standing
from pose_action_ros.simulation.timing import Strokes, Wander, ease

Arm = Callable[[Array], Mapping[str, Array]]
"""Function from times (T,) [s] to the channels (T,) or (1,) of one arm, named without the side."""


def between(rng: Rng, low: float, high: float) -> float:
    """Draw a positive value, uniform in its logarithm, between low and high."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def chosen(rng: Rng, shares: Mapping[str, float]) -> str:
    """Draw one of the names by their shares, which need not add to 1."""
    weights = np.array(list(shares.values()))
    return str(rng.choice(list(shares), p=weights / weights.sum()))


def some_sides(rng: Rng, both: float) -> tuple[str, ...]:
    """Draw one side, or both with the given probability."""
    return SIDES if rng.random() < both else (SIDES[rng.integers(2)],)


def lift_shoulder(pose: Channels, side: str) -> None:
    """Raise the shoulder girdle with a raised upper arm (scapulohumeral rhythm)."""
    raised = np.hypot(pose[f"{side}_flex"], pose[f"{side}_abduct"])
    pose[f"{side}_shrug"] += 24 * ease((raised - 40) / 130)


def bouts(
    rng: Rng, hold: tuple[float, float] = (0.2, 3.5), rise: tuple[float, float] = (0.25, 0.9)
) -> Strokes:
    """Draw strokes with a rise and a hold between the given durations [s].

    Gestures to a robot last from 0.6 s to several seconds; pauses are mostly short.
    """
    up = between(rng, *rise)
    return Strokes(
        rng,
        rise=up,
        hold=between(rng, *hold),
        fall=float(np.clip(up * rng.uniform(0.8, 1.7), 0.25, 1.1)),
        rest=rng.uniform(0.1, 0.5) if rng.random() < 0.75 else rng.uniform(0.5, 1.6),
    )


class Cycles:
    """Repetitions of a movement within bouts: once, a few times, or for long."""

    def __init__(self, rng: Rng, slow: float, fast: float, once: float = 0.15) -> None:
        """Draw a rate from slow to fast [Hz] and a number; `once` is the probability of one."""
        self.rate = between(rng, slow, fast)
        kind = chosen(rng, {"once": once, "few": 0.8 * (1 - once), "long": 0.2 * (1 - once)})
        count = {"once": 1.0, "few": rng.uniform(1.5, 5.0), "long": rng.uniform(8.0, 30.0)}[kind]
        length = count / self.rate
        self.strokes = bouts(rng, (0.9 * length, 1.1 * length))
        self._early = rng.uniform(0.0, 0.5)  # share of the rise in which the hand already moves
        self._start = 0.0 if kind == "once" else rng.uniform(0, 1)
        self._wander, self._drift = Wander(rng, 0.1, 0.5), 0.04 * self.rate

    def __call__(self, times: Array) -> Array:
        """(T,) cycles since the beginning of the bout."""
        since = self.strokes.since_rise(times) + self._early * self.strokes.mean_rise
        cycles: Array = self._start + self.rate * since + self._drift * self._wander(times)
        return cycles


def back_and_forth(cycles: Array, share: float) -> Array:
    """(T,) from 0 to 1 in the given share of each cycle, and back to 0 in the rest."""
    phase = np.mod(cycles, 1.0)
    level: Array = ease(phase / share) * (1 - ease((phase - share) / (1 - share)))
    return level


def mixed(
    first: Mapping[str, float], second: Mapping[str, float], level: Array
) -> dict[str, Array]:
    """Blend two sets of channels by level (T,) 0 to 1."""
    return {name: value + level * (second[name] - value) for name, value in first.items()}


def reaching(
    body: Body,
    wrists: tuple[npt.ArrayLike, npt.ArrayLike],
    elbow: npt.ArrayLike,
    bulge: npt.ArrayLike = (0.0, 0.0, 0.0),
) -> Callable[[Array], dict[str, Array]]:
    """Return the arm at level (T,) on a curve between two places of the wrist, see `reach.arm`."""
    first, last = (np.asarray(place, dtype=np.float64) for place in wrists)

    def path(level: Array) -> dict[str, Array]:
        share = np.atleast_1d(level)[:, None]
        place = first + share * (last - first) + 4 * share * (1 - share) * np.asarray(bulge)
        return arm(body, place, elbow)

    return path


def swinging(
    upper: npt.ArrayLike, forearms: tuple[tuple[float, float], tuple[float, float]]
) -> Callable[[Array], dict[str, Array]]:
    """Return the arm at level (T,) with the forearm turning about the elbow.

    Args:
        upper: (3,) direction of the upper arm, y outwards.
        forearms: elevation above the horizontal and angle outwards [degrees] at levels 0 and 1.
    """
    first, last = (np.asarray(angles) for angles in forearms)

    def path(level: Array) -> dict[str, Array]:
        up, out = np.radians(first + np.atleast_1d(level)[:, None] * (last - first)).T
        forearm = [np.cos(up) * np.cos(out), np.cos(up) * np.sin(out), np.sin(up)]
        return aim(upper, np.stack(forearm, axis=-1))

    return path


def direction(around: float, up: float) -> Array:
    """(3,) unit vector at angles outwards from ahead, and above the horizontal [degrees]."""
    out, high = np.radians(around), np.radians(up)
    return np.array([np.cos(out) * np.cos(high), np.sin(out) * np.cos(high), np.sin(high)])


def gesturing(
    body: Body,
    rng: Rng,
    arms: Mapping[str, Arm],
    strokes: Strokes,
    trunk: Callable[[Channels, Array], None] | None = None,
    *,
    ground: Motion | None = None,
) -> Motion:
    """Move arms of a standing person in bouts; at rest they are not bent ahead.

    Args:
        body: the person's measures.
        rng: random numbers.
        arms: side to its movement.
        strokes: the bouts.
        trunk: changes channels above the pelvis, given the pose and the level (T,) of the bouts.
        ground: motion of the rest of the body; a standing person if None.
    """
    idle = {name: share for name, (_, _, share) in ARMS.items() if name != "bent"}
    ground = ground or Standing(body, rng, arms=chosen(rng, idle))
    fold, arc = rng.uniform(0, 45), rng.uniform(-8, 25)
    lean, nod = rng.normal(0, [2.5, 2.5]), rng.normal(0, 5)
    late = {side: rng.uniform(0, 0.1) * (len(arms) > 1) for side in arms}
    drift = [Wander(rng, 0.1, 0.7) for _ in range(2)]

    def motion(times: Array) -> Channels:
        pose = ground(times)
        pose["phase"] = strokes.phase(times)
        for side, movement in arms.items():
            level = strokes(times - late[side])
            pose.toward(movement(times), level, side)
            rising = 4 * level * (1 - level)
            pose[f"{side}_elbow"] += fold * rising
            pose[f"{side}_abduct"] += arc * rising + 1.5 * level * drift[0](times)
            pose[f"{side}_flex"] += 1.5 * level * drift[1](times)
            lift_shoulder(pose, side)
        level = strokes(times)
        pose["bend_left"] += lean[0] * level
        pose["twist_left"] += lean[1] * level
        pose["nod"] += nod * level
        if trunk is not None:
            trunk(pose, level)
        return pose

    return motion
