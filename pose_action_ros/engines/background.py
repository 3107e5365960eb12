"""An engine that starts in one backend and continues in TensorRT once its engine is built.

The build takes minutes and runs in a process of its own, so that neither Python's lock nor the
memory of the running node is affected. TensorRT takes over only if it reproduces the outputs of the
first backend for the newest inputs.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Condition, Lock, Thread
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.engines.base import Engine, Shape, Tensors
from pose_action_ros.errors import EngineError, PoseActionError

Results = dict[str, npt.NDArray[Any]]

SAMPLES = 3
"""Inputs, of at least one person each, for which both backends are compared."""
TOLERANCE = 1e-4
"""Largest difference of an output, relative to values above 1."""

_LOG = logging.getLogger(__name__)
_BUILDER = "pose_action_ros.engines.tensorrt_build"
_ONE_BUILD = Lock()
"""The models of a process are built one after the other."""


class BackgroundEngine:
    """An engine that replaces its backend while it is in use; see Engine. Thread-safe.

    Args:
        first: the engine to start with.
        path: the ONNX file.
        load: loads the second engine from its built plan.
    """

    def __init__(self, first: Engine, path: Path, load: Callable[[], Engine]) -> None:
        self.inputs: Mapping[str, Shape] = first.inputs
        self.outputs = first.outputs
        self._engine = first
        self._trial: _Trial | None = _Trial(path, load)
        weakref.finalize(self, self._trial.cancel)
        # The thread holds no strong reference, so that a released engine ends its build.
        target, arguments = _replace, (weakref.ref(self), self._trial)
        Thread(target=target, args=arguments, name=f"build {path.name}", daemon=True).start()

    @property
    def name(self) -> str:
        """Name of the current backend."""
        return self._engine.name

    @property
    def place(self) -> str:
        """Place of the current backend."""
        return self._engine.place

    def __call__(self, tensors: Tensors) -> Results:
        """Run the network; see Engine."""
        results = self._engine(tensors)
        trial = self._trial
        if trial is not None:
            trial.add(tensors, results)
        return results

    def finish(self, engine: Engine | None) -> None:
        """Continue in another engine; None to stay in the present one."""
        self._engine, self._trial = engine or self._engine, None


class _Trial:
    """The build of TensorRT's engine, and its comparison with the newest outputs."""

    def __init__(self, path: Path, load: Callable[[], Engine]) -> None:
        self.path, self.load = path, load
        self.cancelled = False
        self._changed = Condition()
        self._samples: deque[tuple[Tensors, Results]] = deque(maxlen=SAMPLES)
        self._process: subprocess.Popen[str] | None = None

    def add(self, tensors: Tensors, results: Results) -> None:
        """Keep a pair of inputs and outputs."""
        if all(len(value) for value in tensors.values()):
            with self._changed:
                self._samples.append((tensors, results))
                self._changed.notify()

    def cancel(self) -> None:
        """End the build and the waiting."""
        with self._changed:
            self.cancelled = True
            if self._process is not None:
                self._process.kill()
            self._changed.notify()

    def build(self) -> None:
        """Build the engine in a process of its own; EngineError if that fails."""
        command = [sys.executable, "-m", _BUILDER, str(self.path)]
        reading, writing = os.pipe()  # its end tells the builder that this process has ended
        with open(reading, "rb") as held, open(writing, "wb"):  # noqa: PTH123 - descriptors
            with self._changed:
                if self.cancelled:
                    return
                self._process = subprocess.Popen(  # noqa: S603 - no shell, own arguments
                    command,
                    stdin=held,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            _, errors = self._process.communicate()
        if self._process.returncode:
            lines = errors.strip().splitlines() or [f"exit code {self._process.returncode}"]
            raise EngineError(lines[-1])

    def samples(self) -> list[tuple[Tensors, Results]]:
        """Wait for enough samples; fewer once the trial is cancelled."""
        with self._changed:
            self._changed.wait_for(lambda: self.cancelled or len(self._samples) == SAMPLES)
            return list(self._samples)


def _replace(reference: weakref.ref[BackgroundEngine], trial: _Trial) -> None:
    """Build the second engine, compare it with the first, and put it in use."""
    second = None
    try:
        with _ONE_BUILD:
            trial.build()
        if not trial.cancelled:
            second = trial.load()
            for tensors, expected in trial.samples():
                _compare(second(tensors), expected)
    except (PoseActionError, ImportError, OSError) as error:
        second = None
        if not trial.cancelled:
            _LOG.warning("%s stays in its present engine: %s", trial.path.name, error)
    owner = reference()
    if owner is not None and not trial.cancelled:
        owner.finish(second)
        if second is not None:
            _LOG.info("%s now runs in %s (%s)", trial.path.name, second.name, second.place)


def _compare(found: Results, expected: Results) -> None:
    """Raise EngineError if outputs differ by more than the tolerance."""
    for name, value in expected.items():
        gaps = np.abs(found[name] - value) / np.maximum(np.abs(value), 1.0)
        gap = float(gaps.max(initial=0.0))
        if not gap <= TOLERANCE:
            raise EngineError(
                f"TensorRT's output {name!r} differs by {gap:.2g}, expected at most {TOLERANCE}; "
                "choose onnxruntime for this model"
            )
