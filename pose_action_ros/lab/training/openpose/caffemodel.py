"""Reading the weights in a Caffe file (.caffemodel), without Caffe.

The file is one message NetParameter; numbers of its fields: Caffe's src/caffe/proto/caffe.proto.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.training.openpose.wire import WireError, fields, varint

Array = npt.NDArray[np.floating]
Weights = dict[str, tuple[Array, ...]]

_REMEDY = "download the file again"


@dataclass(frozen=True)
class _LayerFields:
    """Numbers of the fields of a layer, of which there are two generations."""

    name: int
    blobs: int


_GENERATIONS = {2: _LayerFields(name=4, blobs=6), 100: _LayerFields(name=1, blobs=7)}
"""By the number of the layers' field in NetParameter: `layers` (V1) and `layer`."""
_SHAPE, _OLD_SHAPE = 7, (1, 2, 3, 4)  # num, channels, height, width
_DATA: Mapping[int, np.dtype[Any]] = {5: np.dtype("<f4"), 8: np.dtype("<f8")}


def read_caffemodel(path: Path) -> Weights:
    """The weights of every layer that has some, by its name, in the file's order.

    The arrays are the file itself, seen through memory: nothing is loaded before it is used.

    Raises:
        ModelError: the file is missing, truncated, or no Caffe model.
    """
    weights: Weights = {}
    try:
        for name, blobs in _layers(_mapped(path)):
            if name in weights:
                raise ModelError(f"{path} has two layers {name!r}; {_REMEDY}")
            if blobs:
                weights[name] = blobs
    except (WireError, UnicodeDecodeError) as error:
        raise ModelError(
            f"{path} is truncated or no Caffe model ({error}) after {_last(weights)}; {_REMEDY}"
        ) from error
    if not weights:
        raise ModelError(f"{path} has no layers with weights, expected a trained .caffemodel file")
    return weights


def _mapped(path: Path) -> memoryview:
    try:
        with path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except ValueError as error:  # an empty file cannot be mapped
        raise ModelError(f"{path} is empty; {_REMEDY}") from error
    except OSError as error:
        raise ModelError(f"cannot read {path} ({error}); expected a .caffemodel file") from error


def _last(weights: Weights) -> str:
    return f"layer {list(weights)[-1]!r}" if weights else "no layer at all"


def _layers(network: memoryview) -> Iterator[tuple[str, tuple[Array, ...]]]:
    """Name and blobs of each layer."""
    for number, value in fields(network):
        if number in _GENERATIONS:
            numbers, parts = _GENERATIONS[number], list(fields(_message(value)))
            names = [bytes(_message(part)).decode() for key, part in parts if key == numbers.name]
            name = names[-1] if names else ""
            blobs = [_message(part) for key, part in parts if key == numbers.blobs]
            yield name, tuple(_blob(blob, name) for blob in blobs)


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise WireError(f"got the number {value} in the place of a message")
    return value


def _blob(message: memoryview, layer: str) -> Array:
    """An array of the weights; several pieces, as older writers left them, are put together."""
    pieces: list[Array] = []
    old: dict[int, int] = {}
    shape: tuple[int, ...] | None = None
    for number, value in fields(message):
        if number in _DATA:
            pieces.append(_numbers(_message(value), _DATA[number]))
        elif number in _OLD_SHAPE and isinstance(value, int):
            old[number] = value
        elif number == _SHAPE:
            shape = _shape(_message(value))
    values = pieces[0] if len(pieces) == 1 else np.concatenate([np.empty(0, np.float32), *pieces])
    if shape is None:
        shape = tuple(old.get(number, 1) for number in _OLD_SHAPE)
    if prod(shape) != values.size:
        raise WireError(f"layer {layer!r} has {values.size} weights in the shape {shape}")
    return values.reshape(shape)


def _numbers(data: memoryview, kind: np.dtype[Any]) -> Array:
    if len(data) % kind.itemsize:
        raise WireError(f"{len(data)} bytes are no whole numbers of {kind.itemsize}")
    return np.frombuffer(data, kind)


def _shape(message: memoryview) -> tuple[int, ...]:
    """Sizes of a BlobShape, packed in one field or a field each."""
    sizes: list[int] = []
    for number, value in fields(message):
        if number != 1:
            continue
        if isinstance(value, int):
            sizes.append(value)
            continue
        at = 0
        while at < len(value):
            size, at = varint(value, at)
            sizes.append(size)
    return tuple(sizes)
