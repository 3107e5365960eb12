"""Caffe files with random weights, written byte by byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from references.caffe_layers import Net

Blobs = Mapping[str, tuple[Any, ...]]


def random_weights(net: Net, seed: int = 0) -> dict[str, tuple[Any, ...]]:
    """Weights with which activations neither die nor explode (He et al. 2015)."""
    rng = np.random.default_rng(seed)
    blobs: dict[str, tuple[Any, ...]] = {}
    for name, shapes in net.shapes.items():
        if len(shapes) == 1:
            blobs[name] = (rng.uniform(0.05, 0.3, shapes[0]).astype(np.float32),)
            continue
        kernels = rng.standard_normal(shapes[0], np.float32)
        gain = 1.4
        if name.startswith(("Mconv7", "conv5_5")):  # maps, which are within -1 and 1
            gain = 0.7
        elif shapes[0][-1] == 7:  # of small images it sees much border, which is zero
            gain = 2.0
        kernels *= np.float32(gain / np.sqrt(np.prod(shapes[0][1:])))
        blobs[name] = (kernels, rng.normal(0, 0.1, shapes[1]).astype(np.float32))
    return blobs


def varint(value: int) -> bytes:
    parts = []
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def item(number: int, data: bytes) -> bytes:
    """A field of bytes: a string, a message or packed numbers."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def blob(values: Any, *, old: bool = False) -> bytes:
    """BlobProto, with `shape` or with the older num, channels, height, width."""
    if old:
        sizes = (1,) * (4 - values.ndim) + values.shape
        shape = b"".join(number(at, size) for at, size in enumerate(sizes, start=1))
    else:
        shape = item(7, item(1, b"".join(map(varint, values.shape))))
    kind = {4: 5, 8: 8}[values.dtype.itemsize]
    return shape + item(kind, values.tobytes())


def layer(name: str, blobs: tuple[Any, ...], *, old: bool = False) -> bytes:
    """One layer of NetParameter: LayerParameter, or the older V1LayerParameter."""
    blob_field = 6 if old else 7
    weights = b"".join(item(blob_field, blob(values, old=old)) for values in blobs)
    if old:
        return item(2, number(5, 4) + item(4, name.encode()) + weights)
    return item(100, item(1, name.encode()) + item(2, b"Convolution") + weights)


def parts(blobs: Blobs, *, old: bool = False) -> Iterator[bytes]:
    yield item(1, b"test")
    yield layer("image", (), old=old)
    for name, arrays in blobs.items():
        yield layer(name, arrays, old=old)


def write(path: Path, blobs: Blobs, *, old: bool = False) -> Path:
    with path.open("wb") as file:
        file.writelines(parts(blobs, old=old))
    return path
