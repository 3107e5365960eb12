"""The launch files with real launch_ros: names, topics and parameters that reach the processes."""

import logging
import signal
import sys
from pathlib import Path

import pytest

pytest.importorskip("launch_ros", reason="launch_ros is not installed: it comes with ROS alone")

from launch.actions import DeclareLaunchArgument

from launch_plans import LaunchPlan, load

logging.setLoggerClass(logging.Logger)  # loggers of the class of launch do not propagate
STAGES = ["keypoints_node", "lifter_node", "action_node"]


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> LaunchPlan:
    return LaunchPlan(monkeypatch)


def test_three_nodes_and_nothing_overridden_by_default(plan: LaunchPlan) -> None:
    found = plan("pose_action")
    assert list(found) == STAGES
    assert all(process.parameters == {} and not process.files for process in found.values())
    assert all(process.namespace == "" for process in found.values())


@pytest.mark.parametrize(("program", "kept"), [("/opt/ros/bin/ros2", False), ("pytest", True)])
def test_only_ros2_launch_leaves_sigint_to_launch(
    plan: LaunchPlan, monkeypatch: pytest.MonkeyPatch, program: str, kept: bool
) -> None:
    registered: list[object] = []
    monkeypatch.setattr("atexit.register", lambda *given: registered.append(given))
    monkeypatch.setattr(sys, "argv", [program])
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        plan("pose_action")
        assert (signal.getsignal(signal.SIGINT) is signal.default_int_handler) == kept
    finally:
        signal.signal(signal.SIGINT, before)
    assert bool(registered) != kept


def test_topics_and_namespace_reach_the_nodes(plan: LaunchPlan) -> None:
    found = plan("pose_action", image="/eye/image_raw", camera_info="/eye/info", namespace="robot")
    assert found["keypoints_node"].topics == {"image": "/eye/image_raw"}
    assert found["lifter_node"].topics == {"camera_info": "/eye/info"}
    assert all(process.namespace == "robot" for process in found.values())


@pytest.mark.parametrize(
    ("image", "beside"),
    [
        ("image", "camera_info"),
        ("/eye/image_raw", "/eye/camera_info"),
        ("left/image", "left/camera_info"),
    ],
)
def test_without_a_topic_of_its_own_the_calibration_is_beside_the_images(
    plan: LaunchPlan, image: str, beside: str
) -> None:
    found = plan("demo", image=image, rviz="false")
    assert found["lifter_node"].topics == {"camera_info": beside}
    assert found["camera_node"].topics == {"image": image, "camera_info": beside}
    assert "rectified" not in found["lifter_node"].parameters


@pytest.mark.parametrize("one_process", ["false", "true"])
def test_images_named_as_rectified_have_no_distortion(
    plan: LaunchPlan, one_process: str, tmp_path: Path
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("/**:\n  ros__parameters:\n    rectified: false\n")
    found = plan(
        "pose_action", image="/eye/image_rect", one_process=one_process, params_file=str(file)
    )
    node = found["pipeline" if one_process == "true" else "lifter_node"]
    assert (node.parameters, node.files) == ({"rectified": True}, [file])
    assert node.topics["camera_info"] == "/eye/camera_info"


def test_parameters_reach_the_nodes_that_have_them_with_their_type(plan: LaunchPlan) -> None:
    found = plan(
        "pose_action",
        engine="onnxruntime",
        use_sim_time="true",
        image_transport="compressed",
        ros4hri="true",
    )
    time = {"use_sim_time": True}
    assert {name: process.parameters for name, process in found.items()} == {
        "keypoints_node": {
            "image_transport": "compressed",
            "ros4hri": True,
            "detector_engine": "onnxruntime",
            **time,
        },
        "lifter_node": {"lifter_engine": "onnxruntime", "ros4hri": True, **time},
        "action_node": {"action_engine": "onnxruntime", **time},
    }


def test_a_file_of_parameters_reaches_every_node(plan: LaunchPlan, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("/**/lifter_node:\n  ros__parameters:\n    field_of_view: 70.0\n")
    found = plan("pose_action", params_file=str(file))
    assert all(process.files == [file] for process in found.values())


def test_one_process_has_everything(plan: LaunchPlan) -> None:
    found = plan("pose_action", one_process="true", engine="onnxruntime", image="/eye")
    assert list(found) == ["pipeline"]
    assert found["pipeline"].topics == {"image": "/eye", "camera_info": "/camera_info"}
    engines = ("detector_engine", "lifter_engine", "action_engine")
    assert found["pipeline"].parameters == dict.fromkeys(engines, "onnxruntime")


@pytest.mark.parametrize("one_process", ["false", "true"])
def test_interactions_are_another_action_node_with_a_topic_of_its_own(
    plan: LaunchPlan, one_process: str
) -> None:
    found = plan("pose_action", interactions="true", engine="onnxruntime", one_process=one_process)
    assert list(found)[-1] == "interaction_node"
    node = found["interaction_node"]
    assert node.topics == {"action": "interaction"}
    assert node.parameters == {"action_model": "interaction", "action_engine": "onnxruntime"}


@pytest.mark.parametrize("one_process", ["false", "true"])
def test_the_view_is_one_more_process_on_the_same_topics(
    plan: LaunchPlan, one_process: str
) -> None:
    found = plan(
        "pose_action",
        image="/eye/image_rect",
        view="true",
        image_transport="compressed",
        one_process=one_process,
    )
    assert list(found)[-1] == "view_node"
    node = found["view_node"]
    assert node.topics == {"image": "/eye/image_rect", "camera_info": "/eye/camera_info"}
    assert node.parameters == {"rectified": True, "image_transport": "compressed"}
    assert not node.respawn
    assert all(process.respawn for name, process in found.items() if name != "view_node")


def test_the_view_of_a_launch_file_can_be_a_file(plan: LaunchPlan) -> None:
    found = plan("pose_action", view="people.rrd", rviz="true")
    assert found["view_node"].parameters == {"view": "people.rrd"}


def test_rviz_stands_in_the_namespace_of_the_nodes(plan: LaunchPlan) -> None:
    found = plan("pose_action", rviz="true", namespace="robot")
    assert list(found) == [*STAGES, "rviz2"]
    assert found["rviz2"].namespace == "robot"


@pytest.mark.parametrize(
    ("namespace", "frame"),
    [("", "pose_action_camera"), ("/robot/eye", "robot_eye_pose_action_camera")],
)
@pytest.mark.parametrize("one_process", ["false", "true"])
def test_rviz_shows_people_without_a_robot_description(
    plan: LaunchPlan, one_process: str, namespace: str, frame: str
) -> None:
    found = plan("pose_action", rviz="true", namespace=namespace, one_process=one_process)
    node = found["pipeline" if one_process == "true" else "lifter_node"]
    assert node.parameters == {"upright_frame": frame}
    assert found["rviz2"].arguments[-2:] == ["--fixed-frame", frame]


def test_the_fixed_frame_of_a_robot(plan: LaunchPlan) -> None:
    found = plan("pose_action", rviz="true", fixed_frame="odom")
    assert found["lifter_node"].parameters == {}
    assert found["rviz2"].arguments[-2:] == ["--fixed-frame", "odom"]


def test_the_demo_has_a_camera_on_the_same_topics(plan: LaunchPlan) -> None:
    found = plan("demo", image="/eye", namespace="robot", source="0", people="2", rviz="false")
    assert {*STAGES, "camera_node"} <= set(found)
    camera = found["camera_node"]
    assert camera.topics["image"] == found["keypoints_node"].topics["image"] == "/eye"
    assert camera.namespace == "robot"
    assert camera.parameters == {"source": "0", "people": 2, "loop": True}


@pytest.mark.parametrize(
    "argument", ["respawn", "rviz", "use_sim_time", "image_transport", "interactions"]
)
def test_a_wrong_word_is_refused_with_the_choices(plan: LaunchPlan, argument: str) -> None:
    with pytest.raises(RuntimeError, match="Valid options are"):
        plan("pose_action", **{argument: "perhaps"})


def test_every_argument_is_described() -> None:
    for name in ("pose_action", "demo"):
        for item in load(name).ARGUMENTS:
            assert isinstance(item, DeclareLaunchArgument)
            assert item.description
            assert item.default_value is not None


def test_only_image_publishers_get_the_dds_profile_with_shared_memory(
    plan: LaunchPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    for vendor in ("FASTDDS", "FASTRTPS"):
        monkeypatch.delenv(f"{vendor}_DEFAULT_PROFILES_FILE", raising=False)
    found = plan("demo", rviz="false")
    files = {name: Path(*process.environment.values()) for name, process in found.items()}
    names = {name: file.name for name, file in files.items()}
    assert names == {
        "camera_node": "fastdds.xml",
        "keypoints_node": "fastdds.xml",
        "lifter_node": "fastdds_small.xml",
        "action_node": "fastdds_small.xml",
    }
    assert all(file.is_file() for file in files.values())


def test_the_profile_of_the_user_is_kept(plan: LaunchPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = load("pose_action").PROFILE
    monkeypatch.setenv(variable, "/own.xml")
    found = plan("pose_action", one_process="true")
    assert found["pipeline"].environment == {variable: "/own.xml"}
    found = plan("pose_action", one_process="false")
    assert found["keypoints_node"].environment == {variable: "/own.xml"}
    assert found["lifter_node"].environment == found["action_node"].environment == {}
