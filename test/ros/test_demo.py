import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("pose_action_ros.msg")

from pose_action_ros.demo.processes import ProcessError, Processes
from ros_support import free_domain
from waiting import wait_until

DEMO = [sys.executable, "-m", "pose_action_ros.demo.command"]


@pytest.fixture
def own_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests and users of this machine do not receive the demo."""
    monkeypatch.setenv("ROS_DOMAIN_ID", str(free_domain()))
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")


def _alive(mark: str) -> list[str]:
    """Command lines with a word, of running processes."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # ended meanwhile
            continue
        if mark in words:
            found.append(words)
    return found


@pytest.mark.usefixtures("own_domain")
def test_a_simulated_person_is_recognised_compared_and_drawn(tmp_path: Path) -> None:
    done = subprocess.run(
        [*DEMO, "--seconds", "6", "--actions", "lying", "--output", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "2D error" in done.stdout
    assert re.search(r"lying +-> ", done.stdout), done.stdout
    assert cv2.VideoCapture(str(tmp_path / "annotated.mp4")).get(cv2.CAP_PROP_FRAME_COUNT) > 60


@pytest.mark.usefixtures("own_domain")
def test_an_unreadable_video_is_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [*DEMO, "--video", "/nowhere.mp4", "--output", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("demo failed: no source '/nowhere.mp4'")
    assert done.stderr.count("\n") == 1


@pytest.mark.usefixtures("own_domain")
@pytest.mark.parametrize(
    "number",
    [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.exhaustive)],
)
def test_interrupted_it_leaves_no_process_behind(tmp_path: Path, number: signal.Signals) -> None:
    mark = f"--seconds 61{os.getpid()}"
    words = [*DEMO, *mark.split(), "--output", str(tmp_path)]
    demo = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children")
    wait_until(children.read_text)
    started = children.read_text().split()
    demo.send_signal(number)
    _, error = demo.communicate()
    assert (demo.returncode, error) == (130, "interrupted\n")
    assert started
    assert not any(Path(f"/proc/{child}").exists() for child in started)
    assert not _alive(mark)


@pytest.mark.usefixtures("own_domain")
def test_a_failed_node_is_named_with_its_last_output(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    try:
        processes.start("camera_node", {"source": "/nowhere", "seconds": 3.0})
        number = processes.ids()["camera_node"]
        os.waitid(os.P_PID, number, os.WEXITED | os.WNOWAIT)
        with pytest.raises(ProcessError, match=r"camera_node ended with code 1[^$]*/nowhere"):
            processes.check("camera_node")
    finally:
        processes.close()


@pytest.mark.usefixtures("own_domain")
def test_a_node_that_ignores_signals_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pose_action_ros.demo.processes._END_LIMIT", 0.5)
    processes = Processes(tmp_path)
    processes.start("camera_node", {})
    (number,) = processes.ids().values()
    os.kill(number, signal.SIGSTOP)
    processes.close()
    assert not Path(f"/proc/{number}").exists()
