"""PyTorch on an NVIDIA GPU or the CPU: for machines that have PyTorch and no other engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from pose_action_ros.engines.base import Shape, Tensors, on_cpu
from pose_action_ros.engines.check import check_tensors
from pose_action_ros.engines.torch_graph import read_graph
from pose_action_ros.errors import EngineError


class TorchEngine:
    """An ONNX file in PyTorch, operator by operator; see Engine.

    PyTorch has one number of threads for all that a process does: that of the engine loaded last.

    Raises:
        ModelError: the file is damaged.
        EngineError: the network has operators that this backend does not know.
    """

    name = "torch"

    def __init__(self, path: Path, threads: int) -> None:
        self._graph = read_graph(path)
        self.inputs: dict[str, Shape] = {item.name: item.shape for item in self._graph.inputs}
        self.outputs = self._graph.outputs
        on_gpu = torch.cuda.is_available()
        self._device = torch.device("cuda" if on_gpu else "cpu")
        self._graph.to(self._device)
        self.place = torch.cuda.get_device_name() if on_gpu else on_cpu(threads)
        torch.set_num_threads(threads)

    @torch.inference_mode()
    def __call__(self, tensors: Tensors) -> dict[str, npt.NDArray[Any]]:
        """Run the network; see Engine."""
        check_tensors(self.inputs, tensors)
        try:
            values = {
                item.name: torch.from_numpy(np.array(tensors[item.name], item.dtype)).to(
                    self._device
                )
                for item in self._graph.inputs
            }
            results = self._graph(values)
            return {name: results[name].cpu().numpy() for name in self.outputs}
        except (RuntimeError, IndexError, ValueError, TypeError) as error:  # of PyTorch
            raise EngineError(f"PyTorch failed: {error}") from error
