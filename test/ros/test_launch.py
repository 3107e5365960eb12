"""The launch files started by `ros2 launch`: nodes, labels, parameters, namespace, Ctrl-C, kill."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("launch_ros", reason="launch_ros is not installed: it comes with ROS alone")
pytest.importorskip("ros2launch", reason="ros2 launch is not installed: it comes with ROS alone")
if shutil.which("ros2") is None:
    pytest.skip("the command ros2 is not on the PATH", allow_module_level=True)

from pose_action_ros.msg import Action
from rcl_interfaces.srv import GetParameters
from rclpy.parameter import parameter_value_to_python

from launched import Launched, Launching, launching
from ros_processes import Launch
from ros_support import Peer, wait_until

logging.setLoggerClass(logging.Logger)  # loggers of the class of launch do not propagate
_LOG = logging.getLogger(__name__)
STAGES = ("keypoints_node", "lifter_node", "action_node")
GLOBAL = ("/diagnostics", "/parameter_events", "/rosout", "/tf", "/tf_static", "/human")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Launching]:
    with launching(tmp_path) as start:
        yield start


@pytest.fixture(scope="class")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    """The demo with a file of parameters and arguments; a person waves all the time."""
    folder = tmp_path_factory.mktemp("demo")
    file = folder / "own.yaml"
    file.write_text(
        "/**/camera_node:\n  ros__parameters:\n    actions: waving_both\n"
        "    action_seconds: 600.0\n    rate: 15.0\n"
        "/**/lifter_node:\n  ros__parameters:\n    person_height: 1.85\n"
        "/**/action_node:\n  ros__parameters:\n    stride: 0.4\n    action_engine: auto\n"
    )
    with launching(folder) as start:
        yield start("demo", params_file=file, engine="onnxruntime", seed=1, rviz="false")


def _parameters(peer: Peer, node: str, *names: str) -> list[Any]:
    request = GetParameters.Request(names=names)
    answer = peer.call(GetParameters, f"{node}/get_parameters", request)
    return [parameter_value_to_python(value) for value in answer.values]


def _labels(peer: Peer, topic: str = "action") -> list[Any]:
    """The list into which actions go, with the first few in it."""
    received = peer.receive(Action, topic)
    wait_until(lambda: len(received) >= 5)
    return received


class TestDemo:
    """One that runs while it is looked at."""

    def test_the_demo_starts_all_nodes_and_recognises_the_action(
        self, demo: Launched, peer: Peer
    ) -> None:
        begin = time.monotonic()
        wait_until(lambda: {*STAGES, "camera_node"} <= set(peer.get_node_names()))
        received = _labels(peer)
        _LOG.info("labels %.1f s after the test began to wait", time.monotonic() - begin)
        wait_until(lambda: len(received) >= 25)
        labels = [message.label for message in received[5:]]
        assert labels.count("waving_both") > 0.8 * len(labels), labels
        assert {message.header.frame_id for message in received} == {"camera_optical_frame"}
        assert "XMLPARSER" not in demo.said
        assert demo.process.poll() is None

    def test_parameters_come_from_the_file_and_the_command_line_wins(
        self, demo: Launched, peer: Peer
    ) -> None:
        assert demo.process.poll() is None
        camera = _parameters(peer, "camera_node", "actions", "rate", "seed", "loop", "image_width")
        assert camera == ["waving_both", 15.0, 1, True, 640]
        assert _parameters(peer, "lifter_node", "person_height", "lifter_engine") == [
            1.85,
            "onnxruntime",
        ]
        assert _parameters(peer, "action_node", "stride", "action_engine") == [0.4, "onnxruntime"]

    @pytest.mark.parametrize("name", ["camera_node", *STAGES])
    def test_a_node_that_is_killed_comes_back_and_labels_with_it(
        self, demo: Launched, peer: Peer, name: str
    ) -> None:
        received = _labels(peer)
        before = {node: demo.pids(node) for node in ("camera_node", *STAGES)}
        begin = time.monotonic()
        os.kill(before[name][-1], signal.SIGKILL)
        wait_until(lambda: len(demo.pids(name)) > len(before[name]))
        started = peer.get_clock().now().nanoseconds
        wait_until(lambda: _stamp(received[-1]) > started)
        took = time.monotonic() - begin
        _LOG.info("%s was killed: labels again after %.1f s", name, took)
        # The node itself may be started more than once: Fast DDS 3.2 can crash while a process
        # discovers others (TypeLookupManager::notify_callbacks), and respawn starts it again.
        del before[name]
        assert {node: demo.pids(node) for node in before} == before


def _stamp(message: Any) -> int:
    return int(message.header.stamp.sec * 10**9 + message.header.stamp.nanosec)


@pytest.mark.parametrize("one_process", ["false", "true"])
def test_the_robots_nodes_work_for_a_camera_and_end_at_ctrl_c(
    start: Launching, launch: Launch, peer: Peer, one_process: str
) -> None:
    launch("camera_node", rate=15.0)
    robot = start("pose_action", one_process=one_process)
    received = _labels(peer)
    assert all(message.label in (*message.labels, "unknown") for message in received)
    names = ("pipeline",) if one_process == "true" else STAGES
    assert set(names) <= set(peer.get_node_names())
    _end_cleanly(robot, len(names))


def test_the_view_beside_the_nodes(
    start: Launching, launch: Launch, peer: Peer, tmp_path: Path
) -> None:
    pytest.importorskip("rerun")
    path = tmp_path / "people.rrd"
    launch("camera_node", rate=10.0)
    robot = start("pose_action", view=path)
    _labels(peer)
    wait_until(lambda: path.exists() and path.stat().st_size > 50_000)
    _end_cleanly(robot, len(STAGES) + 1)


def test_without_rerun_the_other_nodes_go_on(
    start: Launching, launch: Launch, peer: Peer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "rerun.py").write_text("raise ImportError('not installed')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ['PYTHONPATH']}")
    launch("camera_node", rate=10.0)
    robot = start("pose_action", view="true")
    wait_until(lambda: "pip install rerun-sdk" in robot.said)
    _labels(peer)
    assert len(robot.living()) == len(STAGES)
    robot.ctrl_c()
    assert robot.said.count("cannot start: ") == 1


def test_the_demo_ends_at_ctrl_c(start: Launching, peer: Peer) -> None:
    demo = start("demo", rviz="false")
    _labels(peer)
    _end_cleanly(demo, 4)


def test_many_interrupts_in_a_row_end_launch_once(start: Launching, peer: Peer) -> None:
    demo = start("demo", rviz="false", one_process="true")
    _labels(peer)
    for _ in range(40):  # each may come in another task of launch
        if demo.process.poll() is None:
            os.kill(demo.process.pid, signal.SIGINT)
        time.sleep(0.002)
    wait_until(lambda: demo.process.poll() is not None)
    assert demo.process.returncode == 0, demo.said
    assert demo.said.count("process has finished cleanly") == 2, demo.said
    assert not demo.living()


def _end_cleanly(launched: Launched, count: int) -> None:
    assert len(launched.living()) == count
    took = launched.ctrl_c()
    _LOG.info("Ctrl-C: %d processes ended in %.2f s", count, took)
    assert launched.process.returncode == 0, launched.said
    assert launched.said.count("process has finished cleanly") == count, launched.said


def test_in_a_namespace_are_all_topics_but_those_all_robots_share(
    start: Launching, peer: Peer
) -> None:
    start("demo", namespace="robot1", rviz="false")
    _labels(peer, "/robot1/action")
    wait_until(lambda: "/diagnostics" in dict(peer.get_topic_names_and_types()))
    topics = set(dict(peer.get_topic_names_and_types()))
    _LOG.info("topics in namespace robot1: %s", ", ".join(sorted(topics)))
    assert {name for name in topics if not name.startswith(("/robot1/", *GLOBAL))} == set()
    wanted = {"image", "camera_info", "keypoints", "poses", "action", "image/compressed"}
    assert {f"/robot1/{name}" for name in wanted} <= topics
