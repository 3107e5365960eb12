"""Caffe files byte by byte: both generations of layers, truncated files, other files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caffe_files import blob, item, layer, number, parts, varint, write
from pose_action_ros.errors import ModelError
from pose_action_ros.lab.training.openpose import caffemodel
from pose_action_ros.lab.training.openpose.caffemodel import read_caffemodel

BLOBS = {
    "conv1_1": (np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2), np.ones(2, np.float32)),
    "Mprelu1": (np.full(3, 0.25, np.float32),),
}


@given(st.integers(0, 2**64 - 1))
def test_numbers_are_read_as_written(value: int) -> None:
    data = memoryview(b"\xff" + varint(value) + b"\x01")
    assert caffemodel.varint(data, 1) == (value, len(data) - 1)


@given(st.lists(st.tuples(st.integers(1, 500), st.one_of(st.integers(0, 2**63), st.binary()))))
def test_fields_are_read_as_written(values: list[tuple[int, int | bytes]]) -> None:
    data = b"".join(
        number(at, value) if isinstance(value, int) else item(at, value) for at, value in values
    )
    assert list(caffemodel.fields(memoryview(data))) == values


@pytest.mark.parametrize("old", [False, True])
def test_both_generations_of_layers(tmp_path: Path, old: bool) -> None:
    found = read_caffemodel(write(tmp_path / "net.caffemodel", BLOBS, old=old))
    assert list(found) == list(BLOBS)
    for name, blobs in BLOBS.items():
        for got, values in zip(found[name], blobs, strict=True):
            np.testing.assert_array_equal(got.reshape(values.shape), values)
            assert got.ndim == (4 if old else values.ndim)


def test_numbers_one_by_one_and_in_double_precision(tmp_path: Path) -> None:
    values = np.array([1.5, -2.5, 3.5], np.float32)
    single = b"".join(varint(5 << 3 | 5) + value.tobytes() for value in values)
    one = item(7, number(1, 3)) + single
    data = item(100, item(1, b"a") + item(7, one) + item(7, blob(values.astype(np.float64))))
    (tmp_path / "net.caffemodel").write_bytes(data)
    for got in read_caffemodel(tmp_path / "net.caffemodel")["a"]:
        np.testing.assert_array_equal(got, values)


@given(st.data())
def test_a_truncated_file(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """It is refused, or its complete layers are read."""
    whole = b"".join(parts(BLOBS))
    path = tmp_path_factory.mktemp("cut") / "net.caffemodel"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    try:
        found = read_caffemodel(path)
    except ModelError:
        return
    assert list(found) == list(BLOBS)[: len(found)]


@given(st.binary(max_size=60))
def test_any_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "net.caffemodel"
    path.write_bytes(data)
    with pytest.raises(ModelError, match="caffemodel"):
        read_caffemodel(path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (item(100, item(1, b"data")), "has no layers with weights"),
        (b"".join(parts(BLOBS))[:-1], "truncated or no Caffe model .* after layer 'conv1_1'"),
        (layer("a", (np.ones(2, np.float32),)) * 2, "has two layers 'a'"),
        (item(100, item(7, item(5, b"12345"))), "no whole numbers of 4"),
        (
            item(100, item(1, b"a") + item(7, item(7, number(1, 3)) + item(5, b"1234"))),
            "layer 'a' has 1 weights in the shape",
        ),
        (b"\x93" * 20, "a number does not end"),
        (b"\x0b", "unknown kind 3"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "no Caffe model"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "net.caffemodel"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=message):
        read_caffemodel(path)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot read .*none"):
        read_caffemodel(tmp_path / "none.caffemodel")
    with pytest.raises(ModelError, match=r"cannot read"):
        read_caffemodel(tmp_path)
