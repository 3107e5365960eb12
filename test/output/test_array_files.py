import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_fakes import estimate
from pose_action_ros.camera import Intrinsics
from pose_action_ros.output.array_files import ArrayFiles
from pose_action_ros.output.recording import Recording
from pose_action_ros.pipeline import Frame, Person
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

KINDS = {"count": np.int64, "flag": np.bool_, "points": np.float32}


@given(count=st.integers(0, 5), seed=st.integers(0, 100))
def test_as_numpy_saves_it_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, count: int, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("arrays")
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(count, 4, 2))
    flags = rng.random(count) > 0.5
    arrays = ArrayFiles(folder / "rows.npz", KINDS)
    for number in range(count):
        arrays.add({"count": number, "flag": flags[number], "points": points[number]})
    name = np.array("somebody")
    arrays.save({"count": (), "flag": (), "points": (4, 2)}, {"name": name})
    np.savez_compressed(
        folder / "whole.npz",
        count=np.arange(count),
        flag=flags,
        points=points.astype(np.float32),
        name=name,
    )
    assert (folder / "rows.npz").read_bytes() == (folder / "whole.npz").read_bytes()
    assert len(list(folder.iterdir())) == 2


def _peak(path: Path, count: int) -> int:
    """Memory [bytes] that a recording of so many images takes at most."""
    person = Pose2D(BODY_25, np.ones((25, 2)), np.ones(25), 0)
    pose = Pose3D(HUMAN36M_17, np.ones((17, 3)), np.ones(17), 0)
    people = (Person(0, person, pose, estimate("waving_left", 0.0)),)
    camera = Intrinsics.from_field_of_view(64, 48, 69.0)
    tracemalloc.start()
    recording = Recording(path)
    for number in range(count):
        recording.add(Frame(number, number / 30, None, people, camera))
    recording.save()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_recording(tmp_path: Path) -> None:
    _peak(tmp_path / "first.npz", 10)  # what is allocated once
    few = _peak(tmp_path / "few.npz", 500)
    assert _peak(tmp_path / "many.npz", 3000) < 1.1 * few + 50_000
