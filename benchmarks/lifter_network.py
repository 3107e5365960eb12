"""The lifter and the networks alone, beside the network of Martinez et al. 2017 in one engine."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.measuring import Clock, Row
from pose_action_ros.engines import Engine, load_engine
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.models.card import find_model
from pose_action_ros.simulation import Scene

OURS, BASELINE, WHOLE = "lifter", "Martinez 2017", "normalisation to placement, tracked"
PEOPLE = (1, 10)
_CALLS, _WARM_UP = 1000, 50
_RATE = 30.0  # of the images [Hz]


def measure_networks() -> dict[str, dict[str, Row]]:
    """Times [ms] by network, then by number of people in one call."""
    settings = LifterSettings()
    with TemporaryDirectory() as folder:
        baseline = _write_baseline(Path(folder) / "baseline.onnx")
        engines = {
            name: load_engine(path, settings.lifter_engine, settings.lifter_threads)
            for name, path in ((OURS, find_model(settings.lifter_model)), (BASELINE, baseline))
        }
    rows = {
        name: {str(people): _measure(engine, people) for people in PEOPLE}
        for name, engine in engines.items()
    }
    rows[WHOLE] = {str(people): _measure_lifter(settings, people) for people in PEOPLE}
    return rows


def _measure(engine: Engine, people: int) -> Row:
    rng = np.random.default_rng(0)
    inputs = {
        name: rng.normal(size=[size or people for size in shape]).astype(np.float32)
        for name, shape in engine.inputs.items()
    }
    for _ in range(_WARM_UP):
        engine(inputs)
    clock = Clock()
    for _ in range(_CALLS):
        clock.time("call", partial(engine, inputs))
    return clock.row("call")


def _measure_lifter(settings: LifterSettings, people: int) -> Row:
    """The lifter with its network, for people who move in a stream of images."""
    lifter, clock = Lifter(settings), Clock()
    scene = Scene.random(np.random.default_rng(3))
    for number in range(_WARM_UP + _CALLS):
        truth = scene.truth(number / _RATE)[0].keypoints
        tracked = [replace(truth, person_id=person) for person in range(people)]
        work = partial(lifter, tracked, scene.camera.intrinsics, number / _RATE)
        clock.time("call" if number >= _WARM_UP else "warm-up", work)
    return clock.row("call")


def _write_baseline(path: Path) -> Path:
    """The network with the joints of its authors' code and random weights: times are the same."""
    import torch  # noqa: PLC0415 - not in the process while nodes are measured

    from pose_action_ros.lab.networks.baseline import Martinez  # noqa: PLC0415

    torch.onnx.export(
        Martinez(inputs=32, outputs=48).eval(),
        (torch.zeros(2, 32),),
        str(path),
        input_names=["keypoints"],
        output_names=["joints"],
        dynamic_axes={"keypoints": {0: "batch"}, "joints": {0: "batch"}},
        dynamo=False,
    )
    return path
