"""Human3.6M in VideoPose3D's files, against the other layout; objects without pickled code."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import human36m_files as files
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.human36m.h5 import read_folder
from pose_action_ros.lab.datasets.human36m.npz import read_npz, read_objects
from pose_action_ros.lab.datasets.human36m.recordings import KEYPOINTS
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

# VideoPose3D's S1 in this order; it numbers cameras as their names sort.
WORLD = {name: files.people(frames, frames) for name, frames in files.SEQUENCES.items()}


def positions(path: Path, world: dict[str, Array] | None = None) -> Path:
    poses = {name: one.astype(np.float32) for name, one in (world or WORLD).items()}
    return files.save_objects(path / "data_3d_h36m.npz", positions_3d={"S1": poses})


def hourglass(path: Path, views: dict[str, Any] | None = None) -> Path:
    found = views or {
        name: [files.detections(row, frames + 1) for row in range(4)]
        for name, frames in files.SEQUENCES.items()
    }
    return files.save_objects(
        path / "data_2d_h36m_sh_ft_h36m.npz",
        positions_2d={"S1": found},
        metadata=files.metadata(16),
    )


def test_both_layouts_give_the_same(tmp_path: Path) -> None:
    files.write_folder(tmp_path, 1)
    (tmp_path / "cameras.h5").unlink()
    ours = list(read_npz(positions(tmp_path), hourglass(tmp_path), (1,)))
    theirs = {
        (one.sequence, one.camera.name): one
        for one in read_folder(tmp_path, "StackedHourglass", (1,))
    }
    assert len(ours) == len(theirs) == 12
    for one in ours:
        other = theirs[one.sequence, one.camera.name]
        assert one.action == other.action
        np.testing.assert_allclose(one.joints, other.joints, atol=1e-6)
        np.testing.assert_allclose(one.exact, other.exact, atol=1e-3)
        np.testing.assert_array_equal(one.detected, other.detected)


def test_seventeen_joints_are_those_that_move(tmp_path: Path) -> None:
    rows = [files.JOINTS_32.index(name) for name in HUMAN36M_17.joints]
    full = list(read_npz(positions(tmp_path), subjects=(1,)))
    moving = {name: one[:, rows] for name, one in WORLD.items()}
    for one, other in zip(read_npz(positions(tmp_path, moving), subjects=(1,)), full, strict=True):
        np.testing.assert_array_equal(one.joints, other.joints)


def test_detections_of_seventeen_joints_with_scores(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    views = {
        name: [rng.uniform(0, 1000, (frames, 17, 3)) for _ in range(4)]
        for name, frames in files.SEQUENCES.items()
    }
    metadata = files.metadata(17) | {"layout_name": "h36m"}
    # Rows of the left joints as numpy numbers, as VideoPose3D's own ground truth has them.
    metadata["keypoints_symmetry"] = [np.array(side) for side in metadata["keypoints_symmetry"]]
    metadata["keypoints_symmetry"][0] = list(metadata["keypoints_symmetry"][0])
    path = files.save_objects(
        tmp_path / "cpn.npz", positions_2d={"S1": views, "S2": {}}, metadata=metadata
    )
    for one in read_npz(positions(tmp_path), path, (1,)):
        theirs = views[one.sequence][files.CAMERAS.index(one.camera.name)]
        assert one.detected is not None
        for place, name in enumerate(KEYPOINTS.joints):
            expected = theirs[:, HUMAN36M_17.index(name), :2]
            np.testing.assert_array_equal(one.detected[:, place], expected)


def test_a_camera_without_detections_has_none(tmp_path: Path) -> None:
    views: dict[str, Any] = {
        name: [files.detections(row, frames) for row in range(3)] + [None]
        for name, frames in files.SEQUENCES.items()
    }
    found = list(read_npz(positions(tmp_path), hourglass(tmp_path, views), (1,)))
    assert [one.detected is None for one in found] == [False, False, False, True] * 3


def test_long_names_of_actions_are_the_same_actions(tmp_path: Path) -> None:
    path = positions(
        tmp_path, {"WalkingDog 1": files.people(0, 1), "TakingPhoto": files.people(0, 1)}
    )
    names = [(one.action, one.sequence) for one in read_npz(path, subjects=(1,))]
    assert set(names) == {("WalkDog", "WalkDog 1"), ("Photo", "Photo")}


def test_missing_parts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.npz: expected an \.npz file with positions_3d"):
        list(read_npz(tmp_path / "none.npz"))
    with pytest.raises(
        InputError, match=r"data_3d_h36m\.npz: expected a dict of S5's sequences, got S1"
    ):
        list(read_npz(positions(tmp_path), subjects=(5,)))
    few = hourglass(tmp_path, {"Walking": [files.detections(0, 4)] * 3})
    with pytest.raises(InputError, match="S1 Walking 1: expected a list of 4 cameras"):
        list(read_npz(positions(tmp_path), few, (1,)))


def test_wrong_shapes_are_refused(tmp_path: Path) -> None:
    path = positions(tmp_path, {"Walking": np.zeros((3, 16, 3))})
    with pytest.raises(InputError, match=r"S1 Walking: got 3D poses \(3, 16, 3\)"):
        list(read_npz(path, subjects=(1,)))
    path = positions(tmp_path)
    wrong = hourglass(tmp_path, {name: [np.zeros((3, 17, 2))] * 4 for name in files.SEQUENCES})
    with pytest.raises(InputError, match=r"got \(3, 17, 2\), expected \(T, 16, 2\)"):
        list(read_npz(path, wrong, (1,)))
    text = files.save_objects(tmp_path / "text.npz", positions_3d={"S1": {"Walking": "no"}})
    with pytest.raises(InputError, match="expected an array of numbers"):
        list(read_npz(text, subjects=(1,)))


def test_joints_of_coco_are_refused(tmp_path: Path) -> None:
    coco = {
        "layout_name": "coco",
        "num_joints": 17,
        "keypoints_symmetry": [[1, 3, 5, 7, 9, 11, 13, 15], [2, 4, 6, 8, 10, 12, 14, 16]],
    }
    path = files.save_objects(tmp_path / "coco.npz", positions_2d={"S1": {}}, metadata=coco)
    with pytest.raises(InputError, match=r"coco\.npz: .*have no spine"):
        list(read_npz(positions(tmp_path), path, (1,)))


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
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
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
    """Creates a folder when unpickled."""

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
    np.load(path, allow_pickle=True)["value"]  # the same file without the check
    assert made.exists()


def test_forged_number_is_refused(tmp_path: Path) -> None:
    class Forged:
        def __reduce__(self) -> tuple[Any, tuple[Any, bytes]]:
            return np.float64(0).__reduce__()[0], (np.dtype(object), bytes(8))

    with pytest.raises(InputError, match=r"a\.npz"):
        read_objects(saved(tmp_path / "a.npz", [Forged()]), "value")


def test_files_without_objects_are_refused(tmp_path: Path) -> None:
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
def test_cut_off_objects_are_refused(tmp_path: Path, kept: int) -> None:
    path = saved(tmp_path / "a.npz", list(range(100)))
    with ZipFile(path) as archive:
        member = archive.read("value.npy")
    cut = tmp_path / "cut.npz"
    with ZipFile(cut, "w") as archive:
        archive.writestr("value.npy", member[:kept])
    with pytest.raises(InputError, match=r"cut\.npz"):
        read_objects(cut, "value")


def test_a_pickle_instead_of_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(pickle.dumps({"positions_3d": {}}))
    with pytest.raises(InputError, match=r"a\.npz"):
        read_objects(path, "positions_3d")
