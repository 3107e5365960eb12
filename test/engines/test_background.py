"""`auto` starts in ONNX Runtime and continues in TensorRT once its engine is built."""

from __future__ import annotations

import gc
import logging
import os
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread
from threading import enumerate as all_threads
from typing import Any

import numpy as np
import pytest

from engines.conftest import FAILING, Machine, build_plan
from engines.networks import SHIPPED, doubling, shipped_feed
from pose_action_ros.engines import Tensors, background, load_engine
from pose_action_ros.engines.background import SAMPLES, BackgroundEngine
from pose_action_ros.engines.base import Engine, Shape
from pose_action_ros.errors import EngineError
from pose_action_ros.models.card import find_model
from waiting import wait_until

PAIR = {"x": np.ones((1, 2), np.float32)}


class Multiplier:
    """An engine that multiplies by a factor."""

    place = "CPU, 1 thread"
    inputs: dict[str, Shape] = {"x": (None, 2)}  # noqa: RUF012 - of the protocol
    outputs = ("y",)

    def __init__(self, name: str, factor: float = 2.0) -> None:
        self.name, self.factor = name, factor

    def __call__(self, tensors: Tensors) -> dict[str, np.ndarray[Any, Any]]:
        return {"y": tensors["x"] * self.factor}


def builder(path: Path) -> Thread:
    """The thread that builds the engine of a model."""
    (found,) = (thread for thread in all_threads() if thread.name == f"build {path.name}")
    return found


def run(engine: Engine, tensors: Tensors, times: int = SAMPLES) -> None:
    for _ in range(times):
        engine(tensors)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Event:
    """An event that ends the build, which otherwise does nothing."""
    event = Event()
    monkeypatch.setattr(background._Trial, "build", lambda _self: event.wait())
    return event


@pytest.mark.parametrize("name", SHIPPED)
def test_tensorrt_takes_over(machine: Machine, name: str, caplog: pytest.LogCaptureFixture) -> None:
    path = find_model(name)
    with caplog.at_level(logging.INFO):
        engine = load_engine(path)
        thread = builder(path)
        assert engine.name == "onnxruntime"
        assert engine.place == "CPU, 1 thread"
        feed = shipped_feed(name, 2)
        expected = engine(feed)
        run(engine, feed)
        thread.join()
    assert engine.name == "tensorrt"
    assert engine.place.endswith("Imaginary GPU, 8.7")
    first, last = caplog.records
    assert first.message.endswith("(CPU, 1 thread); tensorrt: not built yet")
    assert last.message == f"{path.name} now runs in tensorrt ({engine.place})"
    for output, value in engine(feed).items():
        np.testing.assert_allclose(value, expected[output], atol=1e-5)
    assert machine.tensorrt.builds == []  # but in another process
    assert len(machine.plans()) == 1


def test_a_built_engine_is_used_at_once(machine: Machine, tmp_path: Path) -> None:
    path = doubling(tmp_path)
    build_plan(path)
    assert load_engine(path).name == "tensorrt"
    assert len(machine.tensorrt.builds) == 1


def test_a_build_that_fails(
    machine: Machine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(FAILING, "build")
    path = doubling(tmp_path)
    engine = load_engine(path)
    builder(path).join()
    run(engine, PAIR)
    assert engine.name == "onnxruntime"
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.message.startswith(
        "doubling.onnx stays in its present engine: TensorRT cannot build doubling.onnx: no kernel"
    )
    assert not machine.plans()


@pytest.mark.parametrize("factor", [2.001, 1.0, float("nan")])
def test_other_outputs(
    built: Event, tmp_path: Path, caplog: pytest.LogCaptureFixture, factor: float
) -> None:
    path = doubling(tmp_path)
    engine = BackgroundEngine(Multiplier("first"), path, lambda: Multiplier("second", factor))
    built.set()
    thread = builder(path)
    run(engine, PAIR)
    thread.join()
    assert engine.name == "first"
    assert "output 'y' differs by" in caplog.text


def test_an_engine_that_cannot_be_loaded(
    built: Event, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> Engine:
        raise EngineError("no memory")

    path = doubling(tmp_path)
    engine = BackgroundEngine(Multiplier("first"), path, fail)
    thread = builder(path)
    built.set()
    thread.join()
    assert engine.name == "first"
    assert "stays in its present engine: no memory" in caplog.text


def test_it_waits_for_people(built: Event, tmp_path: Path) -> None:
    path = doubling(tmp_path)
    loaded = Event()

    def load() -> Engine:
        loaded.set()
        return Multiplier("second")

    engine = BackgroundEngine(Multiplier("first"), path, load)
    thread = builder(path)
    built.set()
    loaded.wait()
    run(engine, {"x": np.ones((0, 2))}, 10)
    run(engine, PAIR, SAMPLES - 1)
    assert engine.name == "first"
    engine(PAIR)
    thread.join()
    assert engine.name == "second"


def test_a_released_engine_ends_its_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "endless.py").write_text("import time\nwhile True: time.sleep(60)\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    monkeypatch.setattr(background, "_BUILDER", "endless")
    path = doubling(tmp_path)
    engine = BackgroundEngine(Multiplier("first"), path, lambda: Multiplier("second"))
    thread = builder(path)
    del engine
    gc.collect()
    thread.join()
    assert not caplog.records


def test_a_build_ends_with_its_process(tmp_path: Path) -> None:
    """A node that is killed leaves no builder behind."""
    (tmp_path / "endless.py").write_text(
        "import os, signal, sys; from pose_action_ros.stopping import end_with_input\n"
        "end_with_input(); open(sys.argv[1] + '.pid', 'w').write(f'{os.getpid()} '); signal.pause()"
    )
    code = (
        "import sys; from pathlib import Path; from pose_action_ros.engines import background\n"
        "background._BUILDER = 'endless'; background._Trial(Path(sys.argv[1]), None).build()"
    )
    written = tmp_path / "model.pid"
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "model")],
        env={**os.environ, "PYTHONPATH": paths},
    ) as node:
        wait_until(lambda: written.exists() and written.read_text().endswith(" "))
        node.kill()
    wait_until(lambda: not Path(f"/proc/{written.read_text().strip()}").exists())


def test_callers_during_the_change(built: Event, tmp_path: Path) -> None:
    path = doubling(tmp_path)
    engine = BackgroundEngine(Multiplier("first"), path, lambda: Multiplier("second"))
    thread = builder(path)
    wrong = []

    def call(seed: int) -> None:
        values = np.random.default_rng(seed).random((2, 2))
        while thread.is_alive():
            if not np.array_equal(engine({"x": values})["y"], 2 * values):
                wrong.append(seed)

    callers = [Thread(target=call, args=(seed,)) for seed in range(4)]
    for caller in callers:
        caller.start()
    built.set()
    for caller in callers:
        caller.join()
    assert engine.name == "second"
    assert not wrong
