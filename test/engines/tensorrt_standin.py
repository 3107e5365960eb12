"""A TensorRT that runs the ONNX network in ONNX Runtime, behind the API of the real bindings."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from engines.checked_bindings import Bindings, Device
from engines.tensorrt_builder import add_builder
from engines.tensorrt_runtime import KINDS, add_runtime


class TensorRt(Bindings):
    """The stand-in with what a test can look at and break.

    Attributes:
        module: to be imported as `tensorrt`.
    """

    def __init__(self, table: Path, device: Device) -> None:
        super().__init__(table, device)
        add_builder(self)
        add_runtime(self)
        self.types["ILogger"].Severity = self.types["Severity"]
        for member in self.types["Severity"]:
            setattr(self.types["ILogger"], member.name, member)
        self.module = ModuleType("tensorrt")
        for name, item in self.types.items():
            if name != "Severity":
                setattr(self.module, name, item)
        self.module.__version__ = self.table["version"]  # type: ignore[attr-defined]
        numpy_types = dict(KINDS.values())
        assert list(self.table["functions"]) == ["nptype"]
        self.module.nptype = lambda trt_type: numpy_types[trt_type.name]  # type: ignore[attr-defined]
