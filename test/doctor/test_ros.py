from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from doctor.standin import failed, fine, only, succeeded, with_answers, with_variables
from pose_action_ros.doctor import network, ros
from pose_action_ros.doctor.checks import Problem
from pose_action_ros.doctor.machine import Machine

NO_RCLPY = {"import rclpy": failed("ModuleNotFoundError: No module named 'rclpy'")}


def test_no_problem(robot: Machine) -> None:
    assert "ROS 2 jazzy" in fine(ros.check(robot))[0]
    assert fine(network.check(robot))


def test_no_ros_is_no_problem(robot: Machine) -> None:
    machine = with_answers(with_variables(robot, AMENT_PREFIX_PATH=None), NO_RCLPY)
    assert "the nodes need it" in fine(ros.check(replace(machine, root=Path("/nowhere"))))[0]


def test_ros_is_installed_but_not_sourced(robot: Machine) -> None:
    machine = with_answers(with_variables(robot, AMENT_PREFIX_PATH=None), NO_RCLPY)
    finding = only(ros.check(machine), ros.NOT_SOURCED)
    assert f"source {robot.root}/opt/ros/jazzy/setup.bash" in finding.remedy


def test_ros_1(robot: Machine) -> None:
    machine = with_variables(robot, ROS_VERSION="1", ROS_DISTRO="noetic")
    assert "noetic" in only(ros.check(machine), ros.ROS_1).text


@pytest.mark.parametrize("place", ["lib/python3.10/site", "local/lib/python3.10/dist"])
def test_rclpy_of_another_python(robot: Machine, place: str) -> None:
    (robot.root / "opt/ros/jazzy" / f"{place}-packages/rclpy").mkdir(parents=True)
    finding = only(ros.check(with_answers(robot, NO_RCLPY)), ros.RCLPY_PYTHON)
    assert finding.text == "rclpy is for Python 3.10, this is Python 3.12"
    assert "python3.10 -m venv --system-site-packages" in finding.remedy


def test_broken_rclpy(robot: Machine) -> None:
    answers = {"import rclpy": failed("ImportError: librcl.so: cannot open shared object file")}
    assert "librcl.so" in only(ros.check(with_answers(robot, answers)), ros.RCLPY_BROKEN).text


def test_unknown_middleware(robot: Machine) -> None:
    machine = with_variables(robot, RMW_IMPLEMENTATION="rmw_cyclonedds_cpp")
    finding = only(ros.check(machine), ros.RMW_UNKNOWN)
    assert "sudo apt install ros-jazzy-rmw-cyclonedds-cpp" in finding.remedy


def test_another_middleware(robot: Machine) -> None:
    (robot.root / "opt/ros/jazzy/lib").mkdir()
    (robot.root / "opt/ros/jazzy/lib/librmw_cyclonedds_cpp.so").touch()
    machine = with_variables(robot, RMW_IMPLEMENTATION="rmw_cyclonedds_cpp")
    assert "rmw_fastrtps_cpp" in only(ros.check(machine), ros.RMW_OTHER).remedy


def test_messages_that_are_not_built(robot: Machine) -> None:
    error = failed("ModuleNotFoundError: No module named 'pose_action_ros.msg'")
    finding = only(
        ros.check(with_answers(robot, {"pose_action_ros.msg": error})), ros.MESSAGES_MISSING
    )
    assert finding.text.startswith("pose_action_ros.msg cannot be used: ModuleNotFoundError: ")
    assert "colcon build" in finding.remedy


def test_missing_packages_of_messages(robot: Machine) -> None:
    machine = with_answers(robot, {"('sensor_msgs'": succeeded("visualization_msgs")})
    finding = only(ros.check(machine), ros.ROS_PACKAGES)
    assert "sudo apt install ros-jazzy-visualization-msgs" in finding.remedy


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
def test_invalid_network_variables(
    robot: Machine, variables: dict[str, str], problem: Problem
) -> None:
    finding = only(network.check(with_variables(robot, **variables)), problem)
    assert any(value in finding.text for value in variables.values())


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}, "discovery range: this machine"),
        ({"ROS_LOCALHOST_ONLY": "1"}, "discovery range: this machine"),
        ({"ROS_LOCALHOST_ONLY": "0"}, "discovery range: the local network"),
        ({"ROS_AUTOMATIC_DISCOVERY_RANGE": "SYSTEM_DEFAULT"}, "discovery range: SYSTEM_DEFAULT"),
        ({"ROS_DOMAIN_ID": "101"}, "ROS_DOMAIN_ID=101"),
        ({"FASTDDS_BUILTIN_TRANSPORTS": "LARGE_DATA"}, "discovery range: the local network"),
    ],
)
def test_valid_network_variables(robot: Machine, variables: dict[str, str], text: str) -> None:
    assert text in " ".join(fine(network.check(with_variables(robot, **variables))))
