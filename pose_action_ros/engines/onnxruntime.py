"""ONNX Runtime on the CPU: runs everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from pose_action_ros.engines.base import Shape, Tensors, check_tensors, on_cpu
from pose_action_ros.errors import EngineError, ModelError


class OnnxRuntimeEngine:
    """An ONNX file in ONNX Runtime; see Engine."""

    name = "onnxruntime"

    def __init__(self, path: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Spinning threads would take a whole core from the other nodes of the robot.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self.place = on_cpu(threads)
        try:
            # On the CPU even with an ONNX Runtime for CUDA: a person takes 0.1 to 0.2 ms on one
            # core, so that a GPU has little to gain for the memory that CUDA takes.
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime has no public base class for its errors
            raise ModelError(
                f"{path} cannot be loaded by ONNX Runtime: {error}; fetch or export the model again"
            ) from error
        self.inputs: dict[str, Shape] = {
            item.name: tuple(size if isinstance(size, int) else None for size in item.shape)
            for item in self._session.get_inputs()
        }
        self.outputs = tuple(item.name for item in self._session.get_outputs())

    def __call__(self, tensors: Tensors) -> dict[str, npt.NDArray[Any]]:
        """Run the network; see Engine."""
        check_tensors(self.inputs, tensors)
        feed = {name: np.ascontiguousarray(tensors[name], np.float32) for name in self.inputs}
        if all(len(value) for value in feed.values()):
            return self._run(feed)
        # ONNX Runtime 1.23, the last for Python 3.10, fails on an empty batch.
        one = {name: np.zeros((1, *value.shape[1:]), np.float32) for name, value in feed.items()}
        return {name: value[:0] for name, value in self._run(one).items()}

    def _run(self, feed: Tensors) -> dict[str, npt.NDArray[Any]]:
        try:
            results = self._session.run(list(self.outputs), feed)
        except Exception as error:
            raise EngineError(f"ONNX Runtime failed: {error}") from error
        return dict(zip(self.outputs, results, strict=True))
