"""Reads .tflite files: operations with their options, and constants as dense arrays.

The format is TensorFlow's schema (tensorflow/compiler/mlir/lite/schema/schema.fbs), read with the
package tflite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tflite
from onnx_graph import ConversionError

Array = npt.NDArray[Any]

_TYPES = {
    tflite.TensorType.FLOAT32: np.dtype(np.float32),
    tflite.TensorType.FLOAT16: np.dtype(np.float16),
    tflite.TensorType.INT32: np.dtype(np.int32),
}
_NAMES = {code: name for name, code in vars(tflite.BuiltinOperator).items() if name.isupper()}
_OPTIONS = {
    "CONV_2D": tflite.Conv2DOptions,
    "DEPTHWISE_CONV_2D": tflite.DepthwiseConv2DOptions,
    "MAX_POOL_2D": tflite.Pool2DOptions,
    "ADD": tflite.AddOptions,
    "CONCATENATION": tflite.ConcatenationOptions,
    "RESIZE_BILINEAR": tflite.ResizeBilinearOptions,
    "DEPTH_TO_SPACE": tflite.DepthToSpaceOptions,
}
_COPIES = ("DEQUANTIZE", "DENSIFY")
"""Operations on constants that change the type or the storage, not the values."""


@dataclass(frozen=True)
class Operation:
    """One operation of the graph.

    Attributes:
        name: of the operation in the schema, e.g. CONV_2D.
        inputs, outputs: indices of tensors.
        options: the schema's table with its options; None if it has none.
    """

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Any


class TfliteFile:
    """The only graph of a .tflite file, batch of one, channels last.

    Attributes:
        shapes: of the tensors by index.
        constants: dense values of constant tensors by index, in the type of the file.
        operations: in their order, without those that only unpack constants.
        inputs, outputs: indices of tensors.
    """

    def __init__(self, data: bytes) -> None:
        """Read a file; ConversionError if it is damaged or has other parts than described."""
        if data[4:8] != b"TFL3":
            raise ConversionError("this is no .tflite file")
        self._model = tflite.Model.GetRootAsModel(data, 0)
        graph = self._model.Subgraphs(0)
        self._tensors = [graph.Tensors(index) for index in range(graph.TensorsLength())]
        self.shapes = [_ints(tensor.ShapeAsNumpy()) for tensor in self._tensors]
        self.constants = self._constants()
        self.operations = []
        for index in range(graph.OperatorsLength()):
            operation = self._operation(graph.Operators(index))
            if operation.name in _COPIES and operation.inputs[0] in self.constants:
                self.constants[operation.outputs[0]] = self.constants[operation.inputs[0]]
            else:
                self.operations.append(operation)
        self.inputs, self.outputs = _ints(graph.InputsAsNumpy()), _ints(graph.OutputsAsNumpy())

    def _constants(self) -> dict[int, Array]:
        """Dense values of all tensors with data."""
        constants = {}
        for index, tensor in enumerate(self._tensors):
            data = self._model.Buffers(tensor.Buffer()).DataAsNumpy()
            if isinstance(data, int):  # 0 without data
                continue
            if tensor.Type() not in _TYPES:
                raise ConversionError(f"constant {tensor.Name()} has type {tensor.Type()}")
            values = data.view(_TYPES[tensor.Type()])
            sparsity = tensor.Sparsity()
            constants[index] = (
                values.reshape(self.shapes[index])
                if sparsity is None
                else dense(values, self.shapes[index], sparsity)
            )
        return constants

    def _operation(self, operator: Any) -> Operation:
        """The operator with its name and options."""
        code = self._model.OperatorCodes(operator.OpcodeIndex())
        name = _NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        options = _OPTIONS[name]() if name in _OPTIONS else None
        if options is not None:
            table = operator.BuiltinOptions()
            options.Init(table.Bytes, table.Pos)
        inputs, outputs = _ints(operator.InputsAsNumpy()), _ints(operator.OutputsAsNumpy())
        return Operation(name, inputs, outputs, options)


def dense(values: Array, shape: tuple[int, ...], sparsity: Any) -> Array:
    """The dense array of a sparse one, in which only the last axis is compressed.

    Args:
        values: (N,) stored values, row after row.
        shape: of the dense array.
        sparsity: SparsityParameters of the schema: for each row the first of its values, and for
            each value its column.

    Raises:
        ConversionError: it is compressed in another way.
    """
    axes = [sparsity.DimMetadata(index) for index in range(sparsity.DimMetadataLength())]
    formats = [axis.Format() for axis in axes]
    order = _ints(sparsity.TraversalOrderAsNumpy())
    if formats != [0] * (len(shape) - 1) + [1] or order != tuple(range(len(shape))):
        raise ConversionError(f"sparse weights with formats {formats} and order {order}")
    ends = _vector(axes[-1].ArraySegmentsType(), axes[-1].ArraySegments())
    columns = _vector(axes[-1].ArrayIndicesType(), axes[-1].ArrayIndices())
    rows = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
    result = np.zeros((len(ends) - 1, shape[-1]), values.dtype)
    result[rows, columns] = values
    return result.reshape(shape)


def _vector(kind: int, table: Any) -> npt.NDArray[np.int64]:
    """A vector of indices, which the schema stores in the smallest of three types."""
    vector = (None, tflite.Int32Vector, tflite.Uint16Vector, tflite.Uint8Vector)[kind]
    if vector is None:
        raise ConversionError("sparse weights without indices")
    reader = vector()
    reader.Init(table.Bytes, table.Pos)
    result: npt.NDArray[np.int64] = reader.ValuesAsNumpy().astype(np.int64)
    return result


def _ints(values: Any) -> tuple[int, ...]:
    """A vector of the schema; an empty one is 0."""
    return tuple(values.tolist()) if isinstance(values, np.ndarray) else ()
