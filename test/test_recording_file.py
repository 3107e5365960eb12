"""The file format of recordings: round trips, versions, damaged files, memory of the writer."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.pose_tracks import LabelledSpan
from pose_action_ros.recording import Recording, load_recording
from pose_action_ros.recording_file import FORMAT, VERSION, RecordingWriter
from pose_action_ros.skeletons import SBU_15
from recording_files import CAMERA, people, write_recording

Arrays = dict[str, npt.NDArray[Any]]
ARRAYS = (
    "frames",
    "stamps",
    "people",
    "people_scores",
    "placed",
    "keypoints",
    "poses",
    "intrinsics",
    "distortion",
    "fisheye",
)
anything = st.floats(allow_nan=True, allow_infinity=True, width=32)


def _changed(path: Path, change: Callable[[Arrays], object]) -> Path:
    """Change the arrays in a file."""
    with np.load(path) as file:
        content = {name: file[name] for name in file.files}
    change(content)
    with path.open("wb") as out:
        np.savez_compressed(out, **content)
    return path


def _assert_equal(one: Recording, other: Recording) -> None:
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name)
    for name in ("keypoint_skeleton", "pose_skeleton", "source", "rate", "spans"):
        assert getattr(one, name) == getattr(other, name)


@given(st.data(), st.integers(0, 6))
def test_a_saved_recording_is_loaded_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, count: int
) -> None:
    finite = st.floats(-1e9, 1e9)
    persons = data.draw(arrays(np.int64, count, elements=st.integers(0, 3)))
    first = Recording(
        frames=np.arange(count),
        stamps=data.draw(arrays(np.float64, count, elements=finite)),
        people=persons,
        people_scores=np.full(count, 0.5),
        placed=data.draw(arrays(np.bool_, count)),
        keypoints=data.draw(arrays(np.float32, (count, 25, 3), elements=anything)),
        poses=data.draw(arrays(np.float32, (count, 15, 4), elements=anything)),
        intrinsics=data.draw(arrays(np.float64, (count, 6), elements=finite)),
        distortion=np.zeros((count, 14)),
        fisheye=data.draw(arrays(np.bool_, count)),
        pose_skeleton=SBU_15,
        source=data.draw(st.text(st.characters(exclude_characters="\0"), max_size=9)),
        rate=data.draw(st.none() | st.floats(0.1, 1000)),
        spans=tuple(LabelledSpan(int(person), 0.0, 1.0, "kick_2") for person in persons),
    )
    path = tmp_path_factory.mktemp("recordings") / "new" / "a.npz"
    first.save(path)
    _assert_equal(load_recording(path), first)
    assert [file.name for file in path.parent.iterdir()] == ["a.npz"]


@pytest.mark.parametrize("lens", [(), (0.01, 0.0, 0.0, 0.0)])
def test_a_fisheye_is_read_as_it_was_written(tmp_path: Path, lens: tuple[float, ...]) -> None:
    camera = replace(CAMERA, distortion=lens, fisheye=True)
    writer = RecordingWriter(tmp_path / "one.npz")
    writer.add(0, 0.0, *people(1), camera)
    writer.close()
    found = load_recording(tmp_path / "one.npz").camera_at(0)
    assert found is not None
    assert (found.fisheye, np.trim_zeros(found.distortion)) == (True, np.trim_zeros(lens))


def test_a_recording_without_an_array_for_fisheyes_has_none(recording_file: Path) -> None:
    _changed(recording_file, lambda arrays: arrays.pop("fisheye"))
    assert load_recording(recording_file).camera_at(0) == CAMERA


def test_the_writer_and_save_write_the_same(recording_file: Path, tmp_path: Path) -> None:
    load_recording(recording_file).save(tmp_path / "two.npz")
    assert (tmp_path / "two.npz").read_bytes() == recording_file.read_bytes()


def test_numpy_alone_reads_a_file(recording_file: Path) -> None:
    with np.load(recording_file) as file:
        assert (str(file["format"]), int(file["version"])) == ("pose_action_recording", 2)
        assert file["poses"].shape == (10, 17, 4)
        assert file["poses"].dtype == np.float32
        assert list(file["pose_joints"][:2]) == ["mid_hip", "right_hip"]
        assert file["labels"].tolist() == ["waving_left"]
        assert file["rate"] == 10.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stamps": np.full(10, np.nan)}, "stamps that are not numbers"),
        ({"poses": np.ones((10, 15, 4))}, r"poses of shape \(10, 15, 4\).*expected \(10, 17, 4\)"),
        ({"keypoints": np.ones((9, 25, 3))}, r"keypoints of shape \(9, 25, 3\)"),
        ({"frames": np.ones(10)}, "frames of shape .* type float64, expected .* int64"),
        ({"frames": 3}, "frames of shape"),
        ({"pose_skeleton": "spider_8"}, "unknown skeleton 'spider_8'.*human36m_17"),
        ({"pose_skeleton": "sbu_15"}, "other joints of sbu_15"),
        ({"labels": ["Wave"]}, "label 'Wave'"),
        ({"label_people": [9]}, "person 9, expected one of the people of the recording: 0 .*, 3 "),
        ({"label_ends": [0.0]}, "expected start < end"),
        ({"labels": []}, "wrong type"),
        ({"version": VERSION + 1}, "version 3 of the format, expected 2: update"),
        ({"version": 1}, "version 1 of the format, expected 2: record it again"),
        ({"version": "new"}, "version new, expected"),
        ({"format": "poses"}, f"format 'poses'.*expected '{FORMAT}'"),
        ({"rate": "fast"}, "wrong type"),
        ({"poses": "far"}, "poses of shape"),
    ],
)
def test_a_wrong_file_is_named(
    recording_file: Path, changes: dict[str, object], message: str
) -> None:
    other = {name: np.array(value) for name, value in changes.items()}
    path = _changed(recording_file, lambda content: content.update(other))
    with pytest.raises(InputError, match=rf"one\.npz: .*{message}"):
        load_recording(path)


@pytest.mark.parametrize("name", ["format", "version", "labels", "rate", *ARRAYS[:-1]])
def test_a_file_that_lacks_an_array(recording_file: Path, name: str) -> None:
    expected = {"format": "no recording of format.*process", "version": "version missing"}
    with pytest.raises(InputError, match=rf"one\.npz: .*{expected.get(name, name)}"):
        load_recording(_changed(recording_file, lambda content: content.pop(name)))


@pytest.mark.parametrize("content", [b"", b"no recording", bytes(3000), b"PK\x03\x04"])
def test_other_content_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "two.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"two\.npz: no \.npz file, or damaged"):
        load_recording(path)


def test_other_files_of_numpy_and_missing_files(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones(3))
    np.savez(tmp_path / "b.npz", poses=np.ones(3))
    np.savez(tmp_path / "c.npz", format=np.array([None]), version=np.array(1))
    for name in ("a.npy", "b.npz", "c.npz"):
        with pytest.raises(InputError, match=rf"{name}: no (recording|\.npz file)"):
            load_recording(tmp_path / name)
    with pytest.raises(InputError, match=r"d\.npz: no such file"):
        load_recording(tmp_path / "d.npz")
    with pytest.raises(InputError, match=r"poses\.npz: no such file"):
        load_recording(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True))
def test_a_truncated_file(recording_file: Path, part: float) -> None:
    whole = recording_file.read_bytes()
    cut = recording_file.with_name("cut.npz")
    cut.write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(InputError, match=r"cut\.npz: no \.npz file, or damaged"):
        load_recording(cut)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_byte_is_an_error_or_does_no_harm(
    recording_file: Path, data: st.DataObject
) -> None:
    content = bytearray(recording_file.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    damaged = recording_file.with_name("damaged.npz")
    damaged.write_bytes(content)
    try:
        assert len(load_recording(damaged)) == 10
    except InputError as error:
        assert "damaged.npz" in str(error)  # noqa: PT017 - either is right


def test_a_file_is_replaced_as_a_whole_or_not(
    recording_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(np.lib.format, "write_array", full)
        with pytest.raises(SettingError, match=r"one\.npz: No space left"):
            write_recording(recording_file, 7)
    assert len(load_recording(recording_file)) == 10
    RecordingWriter(recording_file).discard()
    assert list(recording_file.parent.iterdir()) == [recording_file]


def test_where_nothing_can_be_written(recording_file: Path) -> None:
    with pytest.raises(SettingError, match=r"a\.npz"):
        write_recording(recording_file / "a.npz")
    with pytest.raises(SettingError, match=r"'a\.csv'.*\.npz"):
        write_recording(recording_file.parent / "a.csv")


def _peak(path: Path, count: int) -> int:
    """Peak memory [bytes] of writing a recording of so many images."""
    person = people(0)
    tracemalloc.start()
    writer = RecordingWriter(path)
    for number in range(count):
        writer.add(number, number / 30, *person, CAMERA)
    writer.close()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_recording(tmp_path: Path) -> None:
    _peak(tmp_path / "first.npz", 10)  # allocated once
    few = _peak(tmp_path / "few.npz", 500)
    assert _peak(tmp_path / "many.npz", 3000) < 1.1 * few + 50_000
