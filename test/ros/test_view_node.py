"""view_node: its file is read back with Rerun and compared with the messages."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.parse import unquote
from urllib.request import urlopen

import cv2
import numpy as np
import pytest
from pose_action_ros.msg import Action
from rclpy.parameter import Parameter

from pose_action_ros.errors import InputError
from pose_action_ros.nodes import view_node
from pose_action_ros.nodes.conversions import (
    estimate_from_action,
)
from pose_action_ros.nodes.running import run
from pose_action_ros.nodes.view_node import ViewNode
from pose_action_ros.poses import UNTRACKED
from ros_processes import Launch
from ros_support import PATIENCE, Peer, health_of, report_of, wait_until
from rrd_files import Columns, columns_of
from view_stream import CAMERA, STEP, image_of, person_of, streaming


def test_images_people_labels_and_latency_are_joined(peer: Peer, tmp_path: Path) -> None:
    path = tmp_path / "new" / "people.rrd"
    with streaming(peer, view=str(path)) as stream:
        stream.send(0)
        stream.send(1, 0, 4)
        stream.act(1, "standing", 4)
        stream.act(1, "waving_left", 0, 4, topic="interaction")
        stream.send(2, 4, UNTRACKED)
        stream.act(2, "waving_left", 4)
        stream.send(3, 4)
        assert report_of(stream.node)["errors"] == "0"
        assert report_of(stream.node)["camera"] == "camera_info"
    columns = columns_of(path)
    times = [number * STEP for number in range(4)]
    images = columns["/camera/image", "EncodedImage:blob"]
    assert [time for time, _ in images] == times
    for number, (_, (blob,)) in enumerate(images):
        image = cv2.imdecode(np.array(blob, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        np.testing.assert_allclose(image, image_of(number), atol=2)
    ((_, (matrix,)),) = columns["/camera/image", "Pinhole:image_from_camera"]
    np.testing.assert_allclose(np.reshape(matrix, (3, 3)).T, CAMERA.matrix, rtol=1e-6)
    _check_joints(columns, "/camera/image/person_4/joints", "Points2D:positions", 0)
    _check_joints(columns, "/camera/person_4/joints", "Points3D:positions", 1)
    assert columns["/camera/person_0", "Clear:is_recursive"] == [(2 * STEP, [True])]
    assert ("/camera/person_-1/joints", "Points3D:positions") not in columns
    assert columns["/labels/person_4", "StateChange:state"] == [
        (STEP, ["standing"]),
        (2 * STEP, ["waving_left"]),
    ]
    texts = columns["/camera/image/person_4/label", "Points2D:labels"]
    assert [text for _, (text,) in texts] == ["#4", "#4 waving_left 0.75", "#4 waving_left 0.75"]
    assert columns["/labels/person_0_4", "StateChange:state"] == [
        (STEP, ["waving_left"]),
        (2 * STEP, [""]),  # person 0 has left
    ]
    _check_latency(columns, times)


def _check_joints(columns: Columns, entity: str, component: str, kind: int) -> None:
    rows = columns[entity, component]
    assert [time for time, _ in rows] == [STEP, 2 * STEP, 3 * STEP]
    for number, (_, points) in enumerate(rows, 1):
        pose = person_of(4, number)[kind]
        np.testing.assert_allclose(points, pose.points[pose.present], rtol=1e-4, atol=1e-4)


def _check_latency(columns: Columns, times: list[float]) -> None:
    poses, shown = (columns[f"/latency/{one}", "Scalars:scalars"] for one in ("poses", "shown"))
    assert [time for time, _ in poses] == [time for time, _ in shown] == times
    for (_, (one,)), (_, (other,)) in zip(poses, shown, strict=True):
        assert -1000 < one < other  # [ms] from the stamp; the test's stamps are its own
    actions = columns["/latency/action", "Scalars:scalars"]
    assert [time for time, _ in actions] == [STEP, STEP, 2 * STEP]


def test_results_without_an_image_are_shown_and_reported(peer: Peer, tmp_path: Path) -> None:
    path = tmp_path / "people.rrd"
    with streaming(peer, view=str(path)) as stream:
        stream.send(0, 4)
        stream.send(1, 4, image=False, shown=False)
        stream.send(2, 4)
        wait_until(lambda: stream.node._index == 3)
        assert report_of(stream.node)["without image"] == "1"
        stream.node.viewing.images, stream.node.viewing.lost = 3, 1  # reset with each report
        (finding,) = stream.node.viewing.findings()
        assert finding.text == "the images of 1 of 3 results did not arrive"
    columns = columns_of(path)
    images = dict(columns["/camera/image", "EncodedImage:blob"])
    assert {time: bool(blob) for time, blob in images.items()} == {
        0: True,
        STEP: False,
        2 * STEP: True,
    }
    assert len(columns["/camera/person_4/joints", "Points3D:positions"]) == 3


def test_the_view_goes_on_after_stamps_jump_back(peer: Peer, tmp_path: Path) -> None:
    path = tmp_path / "people.rrd"
    with streaming(peer, view=str(path)) as stream:
        for number in (100, 101, 1, 2, 3):
            stream.send(number, 4)
        stream.act(101, "standing", 4)  # of the part before
        stream.act(3, "waving_left", 4)
        stream.send(4, 4)
    columns = columns_of(path)
    times = [time for time, _ in columns["/camera/image", "EncodedImage:blob"]]
    begin = STEP + view_node._BREAK
    assert times == [0, STEP, begin, begin + STEP, begin + 2 * STEP]  # 1 is late: the first
    states = columns["/labels/person_4", "StateChange:state"]
    assert states == [(begin + STEP, ["waving_left"])]


def test_a_bad_action_is_reported_and_the_image_shown(peer: Peer, tmp_path: Path) -> None:
    path = tmp_path / "people.rrd"
    with streaming(peer, view=str(path)) as stream:
        stream.send(0, 4)
        bad = Action(header=stream.header(0), person_ids=[4], labels=["standing"])
        stream.outputs["action"].publish(bad)
        wait_until(lambda: stream.node._actions)
        stream.send(1, 4)
        wait_until(lambda: stream.node._index == 2)
        assert "1 labels and 0 scores" in report_of(stream.node)["last error"]
    assert len(columns_of(path)["/camera/image", "EncodedImage:blob"]) == 2


@pytest.mark.parametrize("ids", [[], [1, 2, 3]])
def test_an_action_has_one_person_or_two(ids: list[int]) -> None:
    with pytest.raises(InputError, match="expected one or two ids"):
        estimate_from_action(Action(person_ids=ids), 0.0, 0.0)


def test_a_browser_is_served_where_there_is_no_screen(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with streaming(peer, viewer_memory=16) as stream:
        stream.send(0, 4)
        address = report_of(stream.node)["address"]
        page, _, data = address.partition("?url=")
        with urlopen(page, timeout=60) as answer:
            assert b"re_viewer" in answer.read()
        server = unquote(data).replace("rerun+http", "http")
        assert _listens(server)
        stream.node.trigger_deactivate()
        stream.node.trigger_cleanup()
        wait_until(lambda: not _listens(server))
        stream.node.trigger_configure()
        again = stream.node.facts()["address"]
        assert again.partition("?url=")[0] == page


def _listens(address: str) -> bool:
    """True if there is a server."""
    try:
        urlopen(address, timeout=60).close()
    except URLError as error:
        return not isinstance(error.reason, ConnectionRefusedError)
    return True


def test_without_rerun_the_node_ends_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "rerun", None)
    assert run(ViewNode) == 1
    (line,) = [line for line in capfd.readouterr().err.splitlines() if "INFO" not in line]
    assert line.startswith("cannot start: view viewer needs Rerun")
    assert line.endswith("run: pip install rerun-sdk")


def test_a_view_that_is_no_file_for_rerun(capfd: pytest.CaptureFixture[str]) -> None:
    overrides = [Parameter("view", value="people.mp4")]
    assert run(lambda: ViewNode(parameter_overrides=overrides)) == 1
    line = capfd.readouterr().err
    assert "'view': got 'people.mp4', expected viewer or a file that ends with .rrd" in line


def _shown(facts: Mapping[str, str]) -> int:
    """Results with an image: the first may come before the images are discovered."""
    return int(facts["processed"]) - int(facts.get("without image", "0"))


def test_a_simulated_person_through_all_nodes_into_a_file(
    peer: Peer, launch: Launch, tmp_path: Path
) -> None:
    pytest.importorskip("rerun")
    path = tmp_path / "people.rrd"
    process = launch("view_node", view=str(path))
    launch("pipeline", max_gap=5.0, min_filled=0.05)  # on a slow machine, too
    launch("camera_node", rate=5.0, image_width=320, image_height=240)
    actions = peer.receive(Action, "action")
    wait_until(lambda: len(actions) > 5)
    wait_until(lambda: _shown(health_of(peer, "view_node")) > 10)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0
    columns = columns_of(path)
    assert columns["/camera/image", "EncodedImage:blob"]
    assert any(entity.startswith("/labels/person_") for entity, _ in columns)
    for name in ("poses", "shown", "action"):
        latencies = [value for _, (value,) in columns[f"/latency/{name}", "Scalars:scalars"]]
        assert min(latencies) > 0
