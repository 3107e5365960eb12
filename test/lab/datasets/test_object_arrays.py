"""Objects in .npz files: plain data come back, code does not run."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.object_arrays import read_objects

PLAIN = st.recursive(
    st.none() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
)


def saved(path: Path, value: Any) -> Path:
    holder = np.empty((), object)
    holder[()] = value
    np.savez(path, value=holder)
    return path


@given(PLAIN)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_plain_data_come_back(tmp_path: Path, value: Any) -> None:
    assert read_objects(saved(tmp_path / "a.npz", value), "value") == [value]


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int64, np.uint8, np.bool_])
def test_arrays_and_numbers_come_back(tmp_path: Path, kind: type) -> None:
    array: Any = np.arange(6).reshape(2, 3).astype(kind)
    (found,) = read_objects(saved(tmp_path / "a.npz", {"a": [array, array[1, 2]]}), "value")
    np.testing.assert_array_equal(found["a"][0], array)
    assert found["a"][0].dtype == array.dtype
    assert found["a"][1] == array[1, 2]


def test_arrays_of_objects_come_back(tmp_path: Path) -> None:
    array = np.empty(2, object)
    array[:] = [np.ones(2), None]
    (found,) = read_objects(saved(tmp_path / "a.npz", array), "value")
    np.testing.assert_array_equal(found[0], array[0])
    assert found[1] is None


class Harmful:
    """Whoever unpickles it makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return Path.mkdir, (self.path,)  # type: ignore[return-value]


def test_code_does_not_run(tmp_path: Path) -> None:
    made = tmp_path / "made"
    path = saved(tmp_path / "a.npz", [Harmful(made)])
    with pytest.raises(InputError, match=r"a\.npz.*which is no plain data and is not run"):
        read_objects(path, "value")
    assert not made.exists()
    np.load(path, allow_pickle=True)["value"]  # what would have happened
    assert made.exists()


def test_a_number_cannot_smuggle_an_object(tmp_path: Path) -> None:
    class Forged:
        def __reduce__(self) -> tuple[Any, tuple[Any, bytes]]:
            return np.float64(0).__reduce__()[0], (np.dtype(object), bytes(8))

    with pytest.raises(InputError, match=r"a\.npz"):
        read_objects(saved(tmp_path / "a.npz", [Forged()]), "value")


def test_wrong_files_are_told(tmp_path: Path) -> None:
    text = tmp_path / "text.npz"
    text.write_text("no")
    with pytest.raises(InputError, match=r"text\.npz: expected an \.npz file with value"):
        read_objects(text, "value")
    np.savez(tmp_path / "numbers.npz", value=np.ones(3))
    with pytest.raises(InputError, match=r"an array \(3,\) of float64 as value"):
        read_objects(tmp_path / "numbers.npz", "value")
    with pytest.raises(InputError, match="other"):
        read_objects(saved(tmp_path / "a.npz", 1), "other")


@pytest.mark.parametrize("kept", [0, 20, 80, 130])
def test_cut_off_objects_are_told(tmp_path: Path, kept: int) -> None:
    path = saved(tmp_path / "a.npz", list(range(100)))
    with ZipFile(path) as archive:
        member = archive.read("value.npy")
    cut = tmp_path / "cut.npz"
    with ZipFile(cut, "w") as archive:
        archive.writestr("value.npy", member[:kept])
    with pytest.raises(InputError, match=r"cut\.npz"):
        read_objects(cut, "value")


def test_a_pickle_instead_of_an_archive_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(pickle.dumps({"positions_3d": {}}))
    with pytest.raises(InputError, match=r"a\.npz"):
        read_objects(path, "positions_3d")
