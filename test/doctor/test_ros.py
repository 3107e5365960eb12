from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from doctor.standin import failed, fine, only, with_answers, with_variables, worked
from pose_action_ros.doctor import network, ros
from pose_action_ros.doctor.findings import Problem
from pose_action_ros.doctor.machine import Machine

NO_RCLPY = {"import rclpy": failed("ModuleNotFoundError: No module named 'rclpy'")}


def test_all_is_well(well: Machine) -> None:
    assert "ROS 2 jazzy" in fine(ros.check(well))[0]
    assert fine(network.check(well))


def test_no_ros_is_no_problem(well: Machine) -> None:
    machine = with_answers(with_variables(well, AMENT_PREFIX_PATH=None), NO_RCLPY)
    assert "the nodes need it" in fine(ros.check(replace(machine, root=Path("/nowhere"))))[0]


def test_ros_is_installed_but_not_sourced(well: Machine) -> None:
    machine = with_answers(with_variables(well, AMENT_PREFIX_PATH=None), NO_RCLPY)
    found = only(ros.check(machine), ros.NOT_SOURCED)
    assert f"source {well.root}/opt/ros/jazzy/setup.bash" in found.remedy


def test_ros_1(well: Machine) -> None:
    machine = with_variables(well, ROS_VERSION="1", ROS_DISTRO="noetic")
    assert "noetic" in only(ros.check(machine), ros.ROS_1).found


@pytest.mark.parametrize("place", ["lib/python3.10/site", "local/lib/python3.10/dist"])
def test_rclpy_of_another_python(well: Machine, place: str) -> None:
    (well.root / "opt/ros/jazzy" / f"{place}-packages/rclpy").mkdir(parents=True)
    found = only(ros.check(with_answers(well, NO_RCLPY)), ros.RCLPY_PYTHON)
    assert found.found == "rclpy here is for Python 3.10, this is Python 3.12"
    assert "python3.10 -m venv --system-site-packages" in found.remedy


def test_a_broken_rclpy(well: Machine) -> None:
    answers = {"import rclpy": failed("ImportError: librcl.so: cannot open shared object file")}
    assert "librcl.so" in only(ros.check(with_answers(well, answers)), ros.RCLPY_BROKEN).found


def test_an_unknown_middleware(well: Machine) -> None:
    machine = with_variables(well, RMW_IMPLEMENTATION="rmw_cyclonedds_cpp")
    found = only(ros.check(machine), ros.RMW_UNKNOWN)
    assert "sudo apt install ros-jazzy-rmw-cyclonedds-cpp" in found.remedy


def test_another_middleware(well: Machine) -> None:
    (well.root / "opt/ros/jazzy/lib").mkdir()
    (well.root / "opt/ros/jazzy/lib/librmw_cyclonedds_cpp.so").touch()
    machine = with_variables(well, RMW_IMPLEMENTATION="rmw_cyclonedds_cpp")
    assert "rmw_fastrtps_cpp" in only(ros.check(machine), ros.RMW_OTHER).remedy


def test_messages_that_are_not_built(well: Machine) -> None:
    said = failed("ModuleNotFoundError: No module named 'pose_action_ros.msg'")
    found = only(ros.check(with_answers(well, {"pose_action_ros.msg": said})), ros.MESSAGES_MISSING)
    assert found.found.startswith("pose_action_ros.msg cannot be used: ModuleNotFoundError: ")
    assert "colcon build" in found.remedy


def test_missing_packages_of_messages(well: Machine) -> None:
    machine = with_answers(well, {"('sensor_msgs'": worked("visualization_msgs")})
    found = only(ros.check(machine), ros.ROS_PACKAGES)
    assert "sudo apt install ros-jazzy-visualization-msgs" in found.remedy


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"ROS_DOMAIN_ID": "robot"}, network.DOMAIN_INVALID),
        ({"ROS_DOMAIN_ID": "233"}, network.DOMAIN_INVALID),
        ({"ROS_DOMAIN_ID": "-1"}, network.DOMAIN_INVALID),
        ({"ROS_DOMAIN_ID": "150"}, network.DOMAIN_HIGH),
        ({"ROS_AUTOMATIC_DISCOVERY_RANGE": "localhost"}, network.RANGE_UNKNOWN),
        ({"ROS_AUTOMATIC_DISCOVERY_RANGE": "OFF"}, network.RANGE_OFF),
        (
            {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST", "ROS_DISTRO": "humble"},
            network.RANGE_IGNORED,
        ),
        (
            {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET", "ROS_LOCALHOST_ONLY": "1"},
            network.LOCALHOST_ONLY,
        ),
        (
            {
                "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
                "FASTDDS_BUILTIN_TRANSPORTS": "LARGE_DATA?max_msg_size=1MB",
            },
            network.LARGE_DATA,
        ),
    ],
)
def test_variables_of_the_network(
    well: Machine, variables: dict[str, str], problem: Problem
) -> None:
    found = only(network.check(with_variables(well, **variables)), problem)
    assert any(value in found.found for value in variables.values())


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}, "on this machine alone"),
        ({"ROS_LOCALHOST_ONLY": "1"}, "on this machine alone"),
        ({"ROS_LOCALHOST_ONLY": "0"}, "in the local network"),
        ({"ROS_AUTOMATIC_DISCOVERY_RANGE": "SYSTEM_DEFAULT"}, "as SYSTEM_DEFAULT says"),
        ({"ROS_DOMAIN_ID": "101"}, "ROS_DOMAIN_ID=101"),
        ({"FASTDDS_BUILTIN_TRANSPORTS": "LARGE_DATA"}, "in the local network"),
    ],
)
def test_variables_that_are_in_order(well: Machine, variables: dict[str, str], said: str) -> None:
    assert said in " ".join(fine(network.check(with_variables(well, **variables))))
