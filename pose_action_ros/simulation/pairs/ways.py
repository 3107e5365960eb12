"""Approaching and departing: one person or both walk to each other or away."""

from __future__ import annotations

from pose_action_ros.simulation.pairs.stage import UNLABELLED, Stage


def approaching(stage: Stage) -> None:
    """Walk to the other person and stop before them."""
    rng = stage.rng
    near = rng.uniform(0.4, 1.0)
    if stage.distance() - near < 0.6:
        departing(stage)
        stage.wait(0.3, 1.5)
        _face_each_other(stage)
    way = stage.distance() - near
    share = float(rng.choice([1.0, 0.0, rng.uniform(0.3, 0.7)], p=[0.4, 0.3, 0.3]))
    speed = rng.uniform(0.5, 1.4)
    begin, end = stage.time, stage.time
    for who, part in ((0, share), (1, 1 - share)):
        if part:
            seconds = max(0.5, part * way / speed)
            end = max(end, stage.go(who, part * way, seconds, aside=rng.normal(0, 0.05)))
    stage.mark(UNLABELLED, begin, begin + 0.15)
    stage.mark("approaching", begin + 0.15, end + 0.05)
    stage.mark(UNLABELLED, end + 0.05, end + 0.6)
    stage.time = end + 0.4


def departing(stage: Stage) -> None:
    """Walk away from the other person: turn round, or walk backwards."""
    rng = stage.rng
    if stage.distance() > 1.3:
        stage.close_in(rng.uniform(0.4, 1.0))
        stage.wait(0.2, 1.5)
    begin, end = stage.time, stage.time
    first = int(rng.integers(2))
    for who in (first, 1 - first) if rng.random() < 0.3 else (first,):
        way, speed = rng.uniform(0.6, 2.2), rng.uniform(0.5, 1.4)
        start = begin + (rng.uniform(0, 0.5) if who != first else 0.0)
        turn = 0.0
        if rng.random() < 0.62:
            turn = float(rng.choice([-1, 1]) * rng.uniform(110, 180))
            speed *= 1.1
        turned = stage.go(who, -0.08, rng.uniform(0.35, 0.8), turn=0.7 * turn, start=start)
        end = max(end, stage.go(who, -way, way / speed, turn=0.3 * turn, start=turned))
    stage.mark(UNLABELLED, begin, begin + 0.25)
    stage.mark("departing", begin + 0.25, end + 0.05)
    stage.mark(UNLABELLED, end + 0.05, end + 0.6)
    stage.time = end + 0.4


def _face_each_other(stage: Stage) -> None:
    """Let people who turned away turn back."""
    for who in (0, 1):
        ahead = 0.0 if who == 0 else 180.0
        turn = (ahead - stage.place(who)[2] + 180) % 360 - 180
        if abs(turn) > 30:
            stage.mark(UNLABELLED, stage.time, stage.time + 0.8)
            stage.go(who, 0.02, 0.8, turn=turn)
    stage.time += 0.8
