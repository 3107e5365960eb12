"""`pose-action evaluate recogniser`: the whole chain on simulated people doing things, and idle."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.lab.evaluation.reactions import Acted, ReactionReport, Said, reaction_table
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.pipeline_settings import PipelineSettings
from pose_action_ros.settings import setting
from pose_action_ros.simulation import ACTIONS, Body, Scene, Script, Surroundings, VirtualCamera

DESCRIPTION = (
    "Render simulated people, run all stages, and measure how soon actions are recognised and how "
    "often idle people are taken to do something."
)

IDLE = "standing"
DISTANCES = (1.5, 5.0)  # [m]
_Rng = np.random.Generator


@dataclass(frozen=True)
class RecogniserRun(PipelineSettings):
    """Scenes to measure on, one person each."""

    scenes: int = setting(60, "people who do things", low=1)
    actions_each: int = setting(4, "things each does, one after the other", low=1, high=18)
    action_seconds: float = setting(4.0, "of each, on average", unit="s", low=2.0, high=60.0)
    idle_scenes: int = setting(10, "people who stand about", low=0)
    idle_seconds: float = setting(60.0, "that each stands", unit="s", low=2.0, high=3600.0)
    rate: float = setting(15.0, "images per second", unit="Hz", low=2.0, high=120.0)
    seed: int = setting(5000, "of the scenes", low=0)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_options(parser, RecogniserRun)
    parser.add_argument(
        "--output", type=Path, default=Path("output/recogniser.json"), help="file of the figures"
    )


def run(args: argparse.Namespace) -> int:
    """Measure, print and keep."""
    settings = settings_from(args, RecogniserRun)
    report = measure(settings, Pipeline(settings))
    alarms = ", ".join(f"{label} {count}" for label, count in report.alarms.most_common())
    print(reaction_table(report).markdown())  # noqa: T201 - the command's output
    print(  # noqa: T201
        f"idle for {report.idle_seconds:.0f} s: {report.alarms_per_minute:.2f} false alarms a "
        f"minute ({alarms or 'none'})"
    )
    figures = {
        "actions": len(report.actions),
        "in_time": report.in_time,
        "held": report.held,
        "later_answers": report.steady,
        "idle_seconds": report.idle_seconds,
        "alarms_per_minute": report.alarms_per_minute,
        "alarms": dict(report.alarms),
    }
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(f"kept in {args.output}")  # noqa: T201
    return 0


def measure(settings: RecogniserRun, pipeline: Pipeline) -> ReactionReport:
    """Render the scenes and compare what is said with what is done."""
    report = ReactionReport()
    for number in tqdm(range(settings.scenes), "scenes", disable=None):
        rng = np.random.default_rng([settings.seed, number])
        others = [action for action in ACTIONS if action != IDLE]
        actions = rng.choice(others, settings.actions_each, replace=False).tolist()
        # Who comes into view stands first; what counts begins with the first thing done.
        script, camera = _person([IDLE, *actions], settings.action_seconds, rng)
        length = float(script.starts[-1]) + settings.action_seconds
        scene = Scene([script], camera, Surroundings.random(rng))
        said = list(_said(scene, length, settings.rate, pipeline))
        report.add(_acted(script, length, said))
    seconds = settings.idle_seconds
    for number in tqdm(range(settings.idle_scenes), "idle people", disable=None):
        rng = np.random.default_rng([settings.seed, 1, number])
        script, camera = _person([IDLE], seconds, rng)
        scene = Scene([script], camera, Surroundings.random(rng))
        labels = [label for _, label in _said(scene, seconds, settings.rate, pipeline)]
        report.add_idle(seconds, labels, IDLE)
    return report


def _person(actions: list[str], seconds: float, rng: _Rng) -> tuple[Script, VirtualCamera]:
    """Somebody before a camera of any kind, mostly turned to it."""
    camera = VirtualCamera.random(rng, distance=DISTANCES)
    toward = float(np.arctan2(camera.position[1], camera.position[0]))
    heading = toward + float(rng.normal(0, 0.5))
    room = 0.2 * float(np.hypot(*camera.position[:2]))
    body = Body.random(rng)
    return Script.random(rng, actions, seconds, (0.0, 0.0), heading, body, room), camera


def _said(scene: Scene, seconds: float, rate: float, pipeline: Pipeline) -> Iterator[Said]:
    """All answers of the pipeline about anybody; there is one person."""
    pipeline.reset()
    for stamp in np.arange(0.0, seconds, 1 / rate).tolist():
        frame = scene.frame(stamp)
        result = pipeline(frame.image, stamp, frame.intrinsics)
        yield from ((action.stamp, action.label) for action in result.actions)


def _acted(script: Script, length: float, said: list[Said]) -> Iterator[Acted]:
    ends = [*script.starts[1:].tolist(), length]
    for part, start, end in zip(script.parts, script.starts.tolist(), ends, strict=True):
        if part.label != IDLE:
            yield Acted(part.label, start, end, said)
