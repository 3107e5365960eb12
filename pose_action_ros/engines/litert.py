"""LiteRT (formerly TensorFlow Lite) on the CPU: runs the published BlazePose files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from pose_action_ros.engines.base import Shape, Tensors, check_tensors, on_cpu
from pose_action_ros.errors import EngineError, ModelError


class LiteRtEngine:
    """A .tflite file in LiteRT; see Engine. Most files take a batch of one only."""

    name = "litert"

    def __init__(self, path: Path, threads: int) -> None:
        self.place = on_cpu(threads)
        try:
            self._interpreter = Interpreter(model_path=str(path), num_threads=threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(
                f"{path} cannot be loaded by LiteRT: {error}; fetch the model again"
            ) from error
        self._input_details = self._interpreter.get_input_details()
        self._output_details = self._interpreter.get_output_details()
        self._shapes = {
            item["index"]: tuple(int(size) for size in item["shape"])
            for item in self._input_details
        }
        self.inputs: dict[str, Shape] = {
            item["name"]: tuple(
                int(size) if size >= 0 else None for size in item["shape_signature"]
            )
            for item in self._input_details
        }
        self.outputs = tuple(item["name"] for item in self._output_details)

    def __call__(self, tensors: Tensors) -> dict[str, npt.NDArray[Any]]:
        """Run the network; see Engine."""
        if tensors.keys() != self.inputs.keys():
            check_tensors(self.inputs, tensors)
        arrays = {}
        for item in self._input_details:
            array = np.ascontiguousarray(tensors[item["name"]], np.float32)
            arrays[item["index"]] = array
            if array.shape != self._shapes[item["index"]]:
                check_tensors(self.inputs, tensors)
        try:
            for index, array in arrays.items():
                if array.shape != self._shapes[index]:
                    self._resize(index, array.shape)
            for index, array in arrays.items():
                self._interpreter.set_tensor(index, array)
            self._interpreter.invoke()
            return {
                item["name"]: self._interpreter.get_tensor(item["index"])
                for item in self._output_details
            }
        except (ValueError, RuntimeError) as error:
            raise EngineError(f"LiteRT failed: {error}") from error

    def _resize(self, index: int, shape: tuple[int, ...]) -> None:
        """Allocate memory for a new shape, which takes longer than running a small network."""
        self._interpreter.resize_tensor_input(index, shape)
        self._interpreter.allocate_tensors()
        self._shapes[index] = shape
