"""The files that describe the package agree with each other and with the code."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from importlib.metadata import distributions, requires
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from packaging.requirements import Requirement

import pose_action_ros

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "pose_action_ros"
MANIFEST = ET.parse(ROOT / "package.xml").getroot()
CMAKE = (ROOT / "CMakeLists.txt").read_text()

# Read in rosdistro (github.com/ros/rosdistro, commit 8468e88, August 2026): keys of rosdep with an
# entry for Ubuntu, and packages that are released for Humble, Jazzy, Kilted, Lyrical and Rolling.
# Add a name only after it was found there.
ROSDEP_KEYS = {
    *("python3-hypothesis", "python3-numpy", "python3-onnxruntime-pip", "python3-opencv"),
    *("python3-packaging", "python3-psutil", "python3-pytest", "python3-pytest-timeout"),
    *("python3-pytest-xdist", "python3-rosbags-pip", "python3-scipy", "python3-setuptools"),
    *("python3-tqdm", "python3-yaml"),
}
ROS_PACKAGES = {
    *("ament_cmake", "ament_cmake_copyright", "ament_cmake_flake8", "ament_cmake_lint_cmake"),
    *("ament_cmake_pep257", "ament_cmake_pytest", "ament_cmake_python", "ament_cmake_xmllint"),
    *("ament_index_python", "builtin_interfaces", "cv_bridge", "diagnostic_msgs"),
    *("diagnostic_updater", "geometry_msgs", "launch", "launch_ros", "lifecycle_msgs"),
    *("rcl_interfaces", "rclpy", "ros2launch", "rosgraph_msgs", "rosidl_default_generators"),
    *("rosidl_default_runtime", "sensor_msgs", "std_msgs", "tf2_msgs", "visualization_msgs"),
}
KEYS = {
    "cv2": "python3-opencv",
    "hypothesis": "python3-hypothesis",
    "numpy": "python3-numpy",
    "onnxruntime": "python3-onnxruntime-pip",
    "packaging": "python3-packaging",
    "psutil": "python3-psutil",
    "pytest": "python3-pytest",
    "rosbags": "python3-rosbags-pip",
    "scipy": "python3-scipy",
    "tqdm": "python3-tqdm",
    "yaml": "python3-yaml",
}
"""Keys of Python packages by the name of their module."""


def requirements(name: str) -> list[str]:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def depends() -> set[str]:
    return {str(item.text) for item in MANIFEST if item.tag.endswith("depend")}


def imports(folder: Path) -> set[str]:
    """Top-level names that the modules of a folder import, ours left out."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - {"pose_action_ros"}


def test_one_version() -> None:
    version = pose_action_ros.__version__
    assert MANIFEST.findtext("version") == version
    newest = re.search(r"^(\d+\.\d+\.\d+) \(", (ROOT / "CHANGELOG.rst").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == version


def test_every_message_is_built() -> None:
    assert set(re.findall(r"msg/(\w+)\.msg", CMAKE)) == {
        path.stem for path in (ROOT / "msg").glob("*.msg")
    }


def test_every_package_of_messages_used_is_built_against() -> None:
    text = "".join(path.read_text() for path in (ROOT / "msg").glob("*.msg"))
    used = {package for package, _ in re.findall(r"^(\w+)/(\w+)", text, re.MULTILINE)}
    assert used <= depends()
    assert all(f"find_package({package} REQUIRED)" in CMAKE for package in used)


def test_every_executable_has_a_main() -> None:
    pytest.importorskip("rclpy", reason="ROS is not installed")
    pytest.importorskip("pose_action_ros.msg", reason="the messages are not built")
    nodes = re.search(r"foreach\(node (.+)\)", CMAKE)
    assert nodes is not None
    for node in nodes.group(1).split():
        assert callable(import_module(f"pose_action_ros.nodes.{node}").main)


def test_every_dependency_has_a_rosdep_key_in_all_distributions() -> None:
    """rosdep stops at the first unknown key."""
    assert depends() <= ROS_PACKAGES | ROSDEP_KEYS


def test_imports_of_nodes_are_in_the_manifest() -> None:
    optional = {"hri_msgs"}  # which not every distribution has
    modules = {KEYS.get(name, name) for name in imports(PACKAGE / "nodes")}
    assert modules <= depends() | optional


def test_imports_of_tests_are_in_the_manifest() -> None:
    """Except for packages without a key, without which tests are left out."""
    folders = [path for path in (ROOT / "test").iterdir() if path.is_dir() and path.name != "lab"]
    modules = {KEYS.get(name, name) for folder in folders for name in imports(folder)}
    own = {path.stem for name in ("test", "tools", ".") for path in (ROOT / name).iterdir()}
    absent = {"onnx", "torch", "av", "ai_edge_litert", "tflite", "playwright", "hri_msgs"}
    assert modules - own <= depends() | absent


def test_lines_of_cmake_files_are_as_short_as_their_linter_asks() -> None:
    for path in (ROOT / "CMakeLists.txt", *(ROOT / "cmake").iterdir()):
        assert max(map(len, path.read_text().splitlines())) <= 100, path.name


def test_robots_without_a_screen_need_no_rviz() -> None:
    assert not depends() & {"rviz2", "tf2_ros"}


def test_modules_without_ros_import_only_their_requirements() -> None:
    names = {
        "opencv-python-headless": "cv2",
        "PyYAML": "yaml",
        "lightning-fabric": "lightning_fabric",
    }
    allowed = {re.split(r"[<>=\[]", line)[0] for line in requirements("run")}
    training = {re.split(r"[<>=\[]", line)[0] for line in requirements("train")}
    runtime = {names.get(name, name) for name in allowed}
    heavy = frozenset(names.get(name, name) for name in training)
    runtime |= {"requests"}  # comes with pooch
    more = {"lab": heavy | {"motrics", "pycocotools"}, "cli": heavy}
    # Backends are imported when they are chosen and there.
    more["engines"] = frozenset({"cuda", "google", "onnx", "tensorrt"})
    more["output"] = frozenset({"rerun"})  # the extra "view"
    for folder in PACKAGE.iterdir():
        if folder.is_dir() and folder.name not in {"nodes", "demo"}:
            assert imports(folder) <= runtime | more.get(folder.name, frozenset()), folder.name


def installed(names: set[str]) -> set[str]:
    """Packages that pip installs for some requirements, with those that they require."""
    present = {it.name.lower() for it in distributions()}
    found: set[str] = set()
    while new := names - found:
        found |= new
        for name in new & present:
            wheels = map(Requirement, requires(name) or ())
            names |= {it.name.lower() for it in wheels if not it.marker or it.marker.evaluate()}
    return found


def test_the_demo_installs_neither_pytorch_nor_scipy() -> None:
    lines = requirements("build") + requirements("run") + requirements("ros-kilted")
    found = installed({Requirement(line).name.lower() for line in lines})
    assert {"numpy", "onnxruntime", "flatbuffers"} <= found
    assert not found & {"torch", "scipy", "matplotlib", "lightning-fabric"}


def test_wheels_of_ros_are_all_pinned() -> None:
    for path in (ROOT / "requirements").glob("ros-*.txt"):
        for line in requirements(path.stem):
            assert re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+", line), line


def test_pip_installs_models_their_cards_and_messages(tmp_path: Path) -> None:
    command = [sys.executable, "setup.py", "-q", "build_py", "--build-lib", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    built = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    suffixes = {".py", ".onnx", ".json", ".npz", ".typed"}
    source = {path.relative_to(ROOT) for path in PACKAGE.rglob("*") if path.suffix in suffixes}
    assert source <= built
    definitions = tmp_path / "pose_action_ros" / "messages" / "definitions"
    assert {path.name for path in definitions.iterdir()} == {
        path.name for path in (ROOT / "msg").glob("*.msg")
    }
