import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.arrays import ArrayWriter

KINDS = {"count": np.int64, "flag": np.bool_, "points": np.float32}


@given(count=st.integers(0, 5), seed=st.integers(0, 100))
def test_as_numpy_saves_it_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, count: int, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("arrays")
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(count, 4, 2))
    flags = rng.random(count) > 0.5
    arrays = ArrayWriter(folder / "rows.npz", KINDS)
    for number in range(count):
        arrays.add({"count": number, "flag": flags[number], "points": points[number]})
    name = np.array("a name")
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
