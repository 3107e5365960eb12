"""The cache returns the plan stored for the same key, or none."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.engines.plan_file import PlanKey, newest, plan_path, read_plan, write_plan

KEY = PlanKey("ab" * 32, "11.4.0", "Imaginary GPU, 8.7", "fp32", 16)
OTHERS = [
    replace(KEY, model="cd" * 32),
    replace(KEY, tensorrt="11.4.1"),
    replace(KEY, gpu="Imaginary GPU, 8.6"),
    replace(KEY, precision="fp16"),
    replace(KEY, max_batch=8),
]


@given(st.binary(max_size=300))
def test_a_written_plan_is_read(plan: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "engine.plan"
        write_plan(path, KEY, plan)
        assert read_plan(path, KEY) == plan
        assert all(read_plan(path, other) is None for other in OTHERS)


@given(st.binary(min_size=1, max_size=100), st.data())
def test_every_damage_is_detected(plan: bytes, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "engine.plan"
        write_plan(path, KEY, plan)
        whole = path.read_bytes()
        at = data.draw(st.integers(0, len(whole) - 1))
        change = data.draw(st.integers(1, 255))
        flipped = whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :]
        for damaged in (whole[:at], flipped, whole + bytes([change])):
            path.write_bytes(damaged)
            assert read_plan(path, KEY) is None


def test_each_key_has_its_own_path(cache: Path) -> None:
    paths = {plan_path("lifter", key) for key in (KEY, *OTHERS)}
    assert len(paths) == 6
    assert {path.parent for path in paths} == {cache / "tensorrt"}


def test_the_newest_batch_size(cache: Path) -> None:
    assert newest("lifter", KEY) == KEY
    write_plan(plan_path("lifter", OTHERS[-1]), OTHERS[-1], b"plan")
    write_plan(plan_path("lifter", OTHERS[0]), OTHERS[0], b"plan")
    (cache / "tensorrt" / plan_path("lifter", KEY).name.replace("16.", "many.")).touch()
    assert newest("lifter", KEY) == OTHERS[-1]
    assert newest("action", KEY) == KEY


def test_a_folder_in_its_place(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read_plan(tmp_path, KEY) is None
    assert "cannot read" in caplog.text
    assert read_plan(tmp_path / "missing", KEY) is None
