"""Weights of a Caffe file (.caffemodel), read without Caffe.

The file is one protocol buffer message, NetParameter, read without a schema. Wire format:
https://protobuf.dev/programming-guides/encoding; field numbers: src/caffe/proto/caffe.proto.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import ModelError

Array = npt.NDArray[np.floating]
Weights = dict[str, tuple[Array, ...]]

_REMEDY = "download the file again"
_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_SIZES = {_EIGHT: 8, _FOUR: 4}
_LONGEST = 10  # bytes of a varint of 64 bits


_GENERATIONS = {2: (4, 6), 100: (1, 7)}
"""Field numbers of a layer's name and blobs, by that of the layer: `layers` (V1) and `layer`."""
_SHAPE, _OLD_SHAPE = 7, (1, 2, 3, 4)  # num, channels, height, width
_DATA: Mapping[int, np.dtype[Any]] = {5: np.dtype("<f4"), 8: np.dtype("<f8")}


def read_caffemodel(path: Path) -> Weights:
    """Weights of all layers that have any, by name, in the file's order.

    The arrays are memory-mapped: values are loaded when first used.

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
            (name_field, blobs_field), parts = _GENERATIONS[number], list(fields(_message(value)))
            names = [bytes(_message(part)).decode() for key, part in parts if key == name_field]
            name = names[-1] if names else ""
            blobs = [_message(part) for key, part in parts if key == blobs_field]
            yield name, tuple(_blob(blob, name) for blob in blobs)


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise WireError(f"got the number {value} in the place of a message")
    return value


def _blob(message: memoryview, layer: str) -> Array:
    """An array of weights; several pieces, as in older files, are concatenated."""
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
    """Sizes of a BlobShape, packed in one field or in one field each."""
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


class WireError(ValueError):
    """The bytes are no message of this format, or are truncated."""


def fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field of a message, in the file's order.

    Values of varints are numbers. All others are bytes, without a copy: submessages, strings,
    packed numbers, or the 4 or 8 bytes of one number.

    Raises:
        WireError: at the first bytes that are no field.
    """
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = varint(message, at)
            yield number, value
            continue
        if kind == _LENGTH:
            size, at = varint(message, at)
        elif kind in _SIZES:
            size = _SIZES[kind]
        else:
            raise WireError(f"field {number} has the unknown kind {kind}")
        if size > len(message) - at:
            raise WireError(f"field {number} has {size} bytes, {len(message) - at} are left")
        yield number, message[at : at + size]
        at += size


def varint(message: memoryview, at: int) -> tuple[int, int]:
    """The number of up to 64 bits at a position, and the position after it."""
    value = 0
    for position, byte in enumerate(message[at : at + _LONGEST]):
        value |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            return value, at + position + 1
    raise WireError("a number does not end")
