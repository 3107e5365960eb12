from __future__ import annotations

import fcntl
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from doctor.standin import PROFILE, fine, only, with_variables
from pose_action_ros.doctor import profile, shared_memory
from pose_action_ros.doctor.machine import Machine

VARIABLE = "FASTRTPS_DEFAULT_PROFILES_FILE"


def with_profile(machine: Machine, text: str) -> Machine:
    """The machine with another profile."""
    path = machine.root / "mine.xml"
    path.write_text(text)
    return with_variables(machine, **{VARIABLE: str(path)})


def test_shipped_profile_without_problem(robot: Machine) -> None:
    assert profile.read_profile(PROFILE) == profile.Profile(segment=2**26, default=True)
    assert "67 MB, room for 10 raw images of 1920x1080" in fine(profile.check(robot))[0]
    assert profile.segment_of(robot) == 2**26


def test_no_profile(robot: Machine) -> None:
    finding = only(profile.check(with_variables(robot, **{VARIABLE: None})), profile.PROFILE_UNSET)
    shipped = robot.root / "opt/ros/jazzy/share/pose_action_ros/config/fastdds.xml"
    assert f"export {VARIABLE}={shipped}" in finding.remedy


def test_segment_of_the_shipped_profile_is_the_default(robot: Machine) -> None:
    assert profile.segment_of(with_variables(robot, **{VARIABLE: None})) == 2**26
    assert profile.segment_of(with_variables(robot, **{VARIABLE: "/nowhere"})) == 2**26
    assert profile.segment_of(replace(robot, environ={})) == 0


@pytest.mark.parametrize(
    ("distro", "right", "wrong"),
    [("kilted", "FASTDDS", "FASTRTPS"), ("humble", "FASTRTPS", "FASTDDS")],
)
def test_variable_of_another_fast_dds(robot: Machine, distro: str, right: str, wrong: str) -> None:
    right, wrong = (f"{vendor}_DEFAULT_PROFILES_FILE" for vendor in (right, wrong))
    variables = {right: None, wrong: str(PROFILE), "ROS_DISTRO": distro}
    finding = only(profile.check(with_variables(robot, **variables)), profile.PROFILE_VARIABLE)
    assert f"export {right}={PROFILE}" in finding.remedy
    fine(profile.check(with_variables(robot, **{**variables, right: str(PROFILE)})))


def test_missing_profile(robot: Machine) -> None:
    machine = with_variables(robot, **{VARIABLE: "/no/such/file.xml"})
    finding = only(profile.check(machine), profile.PROFILE_MISSING)
    assert finding.text == "/no/such/file.xml cannot be read: No such file or directory"


@pytest.mark.parametrize(
    "text",
    ["<dds><profiles></dds>", "", "not XML", PROFILE.read_text().replace("67108864", "64 MB")],
)
def test_broken_profile(robot: Machine, text: str) -> None:
    finding = only(profile.check(with_profile(robot, text)), profile.PROFILE_BROKEN)
    assert "mine.xml is not a profile" in finding.text
    assert "correct the file" in finding.remedy


def test_profile_that_ros_ignores(robot: Machine) -> None:
    text = PROFILE.read_text().replace('is_default_profile="true"', "")
    only(profile.check(with_profile(robot, text)), profile.PROFILE_UNUSED)


@pytest.mark.parametrize(
    "text",
    [
        PROFILE.read_text().replace("<type>SHM", "<type>UDPv4"),
        PROFILE.read_text().replace(f"{' ' * 10}<transport_id>images_shm</transport_id>\n", ""),
        '<dds><participant is_default_profile="true"/></dds>',
    ],
)
def test_profile_without_shared_memory(robot: Machine, text: str) -> None:
    only(profile.check(with_profile(robot, text)), profile.PROFILE_SMALL)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # the fixture is not modified
@given(size=st.integers(0, 2**31 - 1))
@example(size=4 * 1920 * 1080 * 3)
@example(size=4 * 1920 * 1080 * 3 - 1)
def test_segment_is_small_below_four_large_images(robot: Machine, size: int) -> None:
    machine = with_profile(robot, PROFILE.read_text().replace("67108864", str(size)))
    if size < 4 * 1920 * 1080 * 3:
        assert "24883200" in only(profile.check(machine), profile.PROFILE_SMALL).remedy
    else:
        fine(profile.check(machine))
    assert profile.segment_of(machine) == (size or 2**26)


def test_other_middleware_needs_neither(robot: Machine) -> None:
    machine = with_variables(robot, RMW_IMPLEMENTATION="rmw_zenoh_cpp", **{VARIABLE: None})
    fine(profile.check(machine))
    fine(shared_memory.check(replace(machine, root=Path("/nowhere"))))


def test_shared_memory_without_problem(robot: Machine) -> None:
    assert fine(shared_memory.check(robot)) == [
        "1074 MB free in /dev/shm, 134 MB needed for images"
    ]


def test_no_shared_memory(robot: Machine) -> None:
    shutil.rmtree(robot.root / "dev")
    assert "--ipc=host" in only(shared_memory.check(robot), shared_memory.SHM_MISSING).remedy


def test_shared_memory_of_others(robot: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    only(shared_memory.check(robot), shared_memory.SHM_READ_ONLY)


def test_no_room_in_shared_memory(robot: Machine) -> None:
    docker = replace(robot, free=lambda _: 64 * 2**20)
    finding = only(shared_memory.check(docker), shared_memory.SHM_FULL)
    assert "67 MB free in /dev/shm, 134 MB needed" in finding.text
    assert "--shm-size=512m" in finding.remedy


@pytest.mark.parametrize("vendor", ["fastdds", "fastrtps"])
def test_segments_of_killed_processes(robot: Machine, vendor: str) -> None:
    folder = robot.root / "dev/shm"
    for name in ("dead", "alive", "port7410"):
        (folder / f"{vendor}_{name}").write_bytes(bytes(3_000_000))
        (folder / f"{vendor}_{name}_el").touch()
    (folder / f"{vendor}_starting_el").touch()
    with (folder / f"{vendor}_alive_el").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _, *found = list(shared_memory.check(robot))
        finding = only(found, shared_memory.SHM_LEFT)
        assert finding.text == "1 segments in /dev/shm without owner, 3 MB"
        assert "fastdds shm clean" in finding.remedy
        (folder / f"{vendor}_dead_el").unlink()
        fine(shared_memory.check(robot))
