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
from pose_action_ros.recording import (
    FORMAT,
    VERSION,
    PoseRecording,
    load_recording,
    load_recordings,
    save_recording,
)
from pose_action_ros.skeletons import HUMAN36M_17, SBU_15

Array = npt.NDArray[np.float64]
Arrays = dict[str, npt.NDArray[Any]]

anything = st.floats(allow_nan=True, allow_infinity=True, width=32)


def recording(count: int = 5, **changes: Any) -> PoseRecording:
    points = np.random.default_rng(0).normal(0, 1, (count, 17, 3))
    values = {"label": "waving_left", "source": "clip.mp4", **changes}
    return PoseRecording(
        HUMAN36M_17, np.arange(count) / 30, points, np.full((count, 17), 0.75), **values
    )


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "one.npz"
    save_recording(path, recording())
    return path


def _changed(path: Path, change: Callable[[Arrays], object]) -> Path:
    """The file with other arrays in it."""
    with np.load(path) as file:
        content = {name: file[name] for name in file.files}
    change(content)
    with path.open("wb") as out:
        np.savez_compressed(out, **content)
    return path


@given(
    arrays(np.float32, (3, 15, 3), elements=anything),
    arrays(np.float32, (3, 15), elements=st.floats(0.25, 1, width=32) | st.just(0)),
)
def test_what_is_saved_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, points: Array, scores: Array
) -> None:
    points[0], scores[0] = 1.0, 1.0
    first = PoseRecording(
        SBU_15,
        np.array([0.1, 0.2, 1e9]),
        points,
        scores,
        label="kick_2",
        person_id=4,
        source="a clip.mp4",
        placed=True,
        rate=29.97,
    )
    path = tmp_path_factory.mktemp("recordings") / "new" / "a.npz"
    save_recording(path, first)
    again = load_recording(path)
    for name in ("skeleton", "label", "person_id", "source", "placed", "rate"):
        assert getattr(again, name) == getattr(first, name)
    for name in ("stamps", "points", "scores"):
        np.testing.assert_array_equal(getattr(again, name), getattr(first, name))
    assert [file.name for file in path.parent.iterdir()] == ["a.npz"]


@given(
    arrays(np.float64, (2, 17, 3), elements=anything),
    arrays(np.float64, (2, 17), elements=anything),
)
def test_a_joint_is_known_with_a_score_or_missing_and_nan(points: Array, scores: Array) -> None:
    points[0, 0], scores[0, 0] = 1.0, 1.0
    made = PoseRecording(HUMAN36M_17, np.array([0.0, 1.0]), points, scores)
    known = made.scores > 0
    assert np.isfinite(made.points[known]).all()
    assert np.isnan(made.points[~known]).all()
    assert ((made.scores >= 0) & (made.scores <= 1)).all()


def test_arrays_are_copied_and_cannot_be_changed() -> None:
    stamps = np.array([0.0, 1.0])
    made = PoseRecording(HUMAN36M_17, stamps, np.ones((2, 17, 3)), np.ones((2, 17)))
    stamps[1] = 9.0
    assert made.seconds == 1.0
    with pytest.raises(ValueError, match="read-only"):
        made.points[0] = 0


def test_numpy_alone_reads_a_file(saved: Path) -> None:
    with np.load(saved) as file:
        assert (str(file["format"]), int(file["version"])) == ("pose_action_recording", 1)
        assert file["points"].shape == (5, 17, 3)
        assert file["points"].dtype == np.float32
        assert list(file["joints"][:2]) == ["mid_hip", "right_hip"]
        assert (str(file["label"]), str(file["skeleton"])) == ("waving_left", "human36m_17")
        assert np.isnan(file["rate"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stamps": [0, 1, 2, np.nan, 4]}, "stamps that are not numbers"),
        ({"stamps": [0, 1, 2, 3, np.inf]}, "stamps that are not numbers"),
        ({"stamps": [0, 1, 1, 3, 4]}, "1.0 s follows 1.0 s"),
        ({"stamps": [0, 2, 1, 3, 4]}, "1.0 s follows 2.0 s"),
        ({"points": np.full((5, 17, 3), np.nan)}, "no joint is known in any image"),
        ({"scores": np.zeros((5, 17))}, "no joint is known in any image"),
        ({"points": np.ones((5, 15, 3))}, r"\(5, 15, 3\).*\(T, 17, 3\).*human36m_17"),
        ({"points": np.ones((5, 17, 2))}, r"\(5, 17, 2\)"),
        ({"scores": np.ones((4, 17))}, r"\(4, 17\)"),
        ({"stamps": np.ones((5, 1))}, r"stamps \(5, 1\)"),
        ({"stamps": 3.0}, r"stamps \(\)"),
        ({"label": "Waving left"}, "'Waving left', expected lower-case letters"),
        ({"skeleton": "spider_8"}, "unknown skeleton 'spider_8'.*human36m_17"),
        ({"skeleton": "sbu_15"}, "sbu_15"),
        ({"version": VERSION + 1}, "version 2.*reads 1: update"),
        ({"version": 0}, "version 0, expected"),
        ({"format": "poses"}, f"format 'poses'.*expected '{FORMAT}'"),
        ({"version": "new"}, "no recording, or damaged"),
        ({"rate": "fast"}, "not complete"),
        ({"points": "far"}, "not complete"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    saved: Path, changes: dict[str, object], said: str
) -> None:
    other = {name: np.array(value) for name, value in changes.items()}
    path = _changed(saved, lambda content: content.update(other))
    with pytest.raises(InputError, match=rf"one\.npz: .*{said}"):
        load_recording(path)


def test_one_image_is_no_recording(saved: Path) -> None:
    def cut(content: Arrays) -> None:
        for name in ("stamps", "points", "scores"):
            content[name] = content[name][:1]

    with pytest.raises(InputError, match=r"one\.npz: got 1 images, expected at least 2"):
        load_recording(_changed(saved, cut))


@pytest.mark.parametrize("name", ["format", "version", "stamps", "points", "label", "rate"])
def test_a_file_that_lacks_an_array(saved: Path, name: str) -> None:
    with pytest.raises(InputError, match=rf"one\.npz: .*{name}"):
        load_recording(_changed(saved, lambda content: content.pop(name)))


@pytest.mark.parametrize("content", [b"", b"no recording", bytes(3000), b"PK\x03\x04"])
def test_what_is_no_npz(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "two.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"two\.npz: no recording"):
        load_recording(path)


def test_other_files_of_numpy_and_no_file(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones(3))
    np.savez(tmp_path / "b.npz", poses=np.ones(3))
    np.savez(tmp_path / "c.npz", format=np.array([None]), version=np.array(1))
    for name in ("a.npy", "b.npz", "c.npz"):
        with pytest.raises(InputError, match=f"{name}: no recording"):
            load_recording(tmp_path / name)
    with pytest.raises(InputError, match=r"d\.npz: there is no such file"):
        load_recording(tmp_path / "d.npz")
    with pytest.raises(InputError, match="no recording"):
        load_recording(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True))
def test_a_part_of_a_file(saved: Path, part: float) -> None:
    whole = saved.read_bytes()
    cut = saved.with_name("cut.npz")
    cut.write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(InputError, match=r"cut\.npz: no recording, or damaged"):
        load_recording(cut)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_byte_is_an_error_of_ours_or_does_no_harm(
    saved: Path, data: st.DataObject
) -> None:
    content = bytearray(saved.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    damaged = saved.with_name("damaged.npz")
    damaged.write_bytes(content)
    try:
        assert len(load_recording(damaged)) > 1
    except InputError as error:
        assert "damaged.npz" in str(error)  # noqa: PT017 - either is right


def test_saving_replaces_whole_files_only(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_arrays: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(SettingError, match=r"one\.npz: No space left"):
        save_recording(saved, recording(7))
    assert len(load_recording(saved)) == 5
    assert list(saved.parent.iterdir()) == [saved]


def test_where_nothing_can_be_written(saved: Path) -> None:
    with pytest.raises(SettingError, match=r"a\.npz"):
        save_recording(saved / "a.npz", recording())
    with pytest.raises(SettingError, match=r"'a\.csv'.*\.npz"):
        save_recording(saved.parent / "a.csv", recording())


def test_a_folder_with_its_labels(tmp_path: Path) -> None:
    for name, label in (("b/2", "kick"), ("a", "push"), ("b/10", "")):
        save_recording(tmp_path / f"{name}.npz", recording(label=label))
    (tmp_path / "notes.txt").write_text("no recording")
    assert [item.label for item in load_recordings(tmp_path)] == ["push", "", "kick"]
    (tmp_path / "c.npz").write_bytes(b"broken")
    with pytest.raises(InputError, match=r"c\.npz"):
        load_recordings(tmp_path)


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_folder_without_recordings(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=f"no recordings.*{name}.*pose-action record"):
        load_recordings(tmp_path / name)


def test_another_label() -> None:
    assert replace(recording(), label="kick").label == "kick"
    with pytest.raises(InputError, match="'a-b'"):
        replace(recording(), label="a-b")
