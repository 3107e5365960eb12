from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from doctor.standin import failed, fine, only, with_answers
from pose_action_ros.doctor import packages
from pose_action_ros.doctor.checks import Problem
from pose_action_ros.doctor.machine import Machine, Outcome, this_machine

COMPILED_FOR_NUMPY_1 = """\
import sys
sys.stderr.write('''
A module that was compiled using NumPy 1.x cannot be run in
NumPy 2.4.6 as it may crash. To support both 1.x and 2.x
versions of NumPy, modules must be compiled with NumPy 2.0.
''')
raise ImportError("numpy.core.multiarray failed to import")
"""


def plant(folder: Path, name: str, code: str) -> None:
    """Write a Python package."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text(code)


def metadata(folder: Path, name: str, version: str) -> None:
    """Write the metadata of an installed distribution."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def test_no_problem(robot: Machine) -> None:
    texts = fine(packages.check(robot))
    assert texts[:2] == [
        "Python 3.12.3",
        "numpy 1.26.4 in /usr/lib/python3/dist-packages/some/__init__.py",
    ]


def test_old_python(robot: Machine) -> None:
    finding = only(packages.check(replace(robot, python=(3, 8, 10))), packages.PYTHON_OLD)
    assert "3.8.10" in finding.text


def test_cv_bridge_for_numpy_1_beside_numpy_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, "cv_bridge", COMPILED_FOR_NUMPY_1)
    monkeypatch.syspath_prepend(tmp_path)
    finding = only([packages.check_cv_bridge(this_machine())], packages.BRIDGE_NUMPY)
    assert "'numpy<2'" in finding.remedy
    assert this_machine().packages["numpy"] in finding.text


COMPILED_FOR_OPENCV_4 = """\
class CvBridge:
    def encoding_to_dtype_with_channels(self, encoding):
        return "uint8", 3

    def cv2_to_imgmsg(self, image, encoding):
        return {64: "8UC3"}[16]  # CV_8UC3 of OpenCV 5 and 4
"""


def test_cv_bridge_for_opencv_4_beside_opencv_5(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, "cv_bridge", COMPILED_FOR_OPENCV_4)
    monkeypatch.syspath_prepend(tmp_path)
    machine = replace(this_machine(), packages={"opencv-contrib-python": "5.0.0.93"})
    finding = only([packages.check_cv_bridge(machine)], packages.BRIDGE_OPENCV)
    assert "OpenCV 5.0.0.93 is installed" in finding.text
    assert "uninstall opencv-contrib-python" in finding.remedy


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", packages.BRIDGE_CRASHES),
        ("raise ImportError('libopencv_core.so.4.5d: not found')", packages.BRIDGE_BROKEN),
    ],
)
def test_other_broken_cv_bridges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, problem: Problem
) -> None:
    plant(tmp_path, "cv_bridge", code)
    monkeypatch.syspath_prepend(tmp_path)
    finding = only([packages.check_cv_bridge(this_machine())], problem)
    assert "cv-bridge" in finding.remedy


def test_no_cv_bridge(robot: Machine) -> None:
    answer = failed("ModuleNotFoundError: No module named 'cv_bridge'")
    assert (
        "converts images without it"
        in fine(packages.check(with_answers(robot, {"cv_bridge": answer})))[-1]
    )


def test_two_opencvs_by_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, robot: Machine
) -> None:
    metadata(tmp_path / "site", "opencv-python-headless", "5.0.0")
    metadata(tmp_path / "site", "opencv_contrib.python", "4.9.0")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site")])
    machine = replace(robot, packages=this_machine().packages)
    finding = only(packages.check(machine), packages.TWO_OPENCVS)
    assert "opencv-python-headless 5.0.0 and opencv-contrib-python 4.9.0" in finding.text
    assert "uninstall -y opencv-python-headless opencv-contrib-python" in finding.remedy


def test_one_opencv_hides_another(tmp_path: Path, robot: Machine) -> None:
    plant(tmp_path / "pip", "cv2", "")
    (tmp_path / "apt").mkdir()
    (tmp_path / "apt" / "cv2.cpython-312-x86_64-linux-gnu.so").touch()
    search = (tmp_path / "pip", tmp_path / "apt", tmp_path / "pip", tmp_path / "gone")
    finding = only(packages.check(replace(robot, search=search)), packages.HIDDEN_OPENCV)
    assert f"{tmp_path / 'pip'} and in {tmp_path / 'apt'}" in finding.text


@pytest.mark.parametrize(
    ("module", "error", "problem", "remedy"),
    [
        (
            "import numpy",
            "ModuleNotFoundError: No module named 'numpy'",
            "missing",
            "install numpy",
        ),
        (
            "import cv2",
            "ImportError: libGL.so.1: cannot open shared object file",
            "library",
            "libgl1",
        ),
        ("import tqdm", "ValueError: numpy.dtype size changed", "other_numpy", "numpy<2"),
        ("import yaml", "SyntaxError: invalid syntax", "broken", "--force-reinstall PyYAML"),
    ],
)
def test_packages_that_cannot_be_imported(
    robot: Machine, module: str, error: str, problem: str, remedy: str
) -> None:
    problems = {
        "missing": packages.PACKAGE_MISSING,
        "library": packages.OPENCV_LIBRARY,
        "other_numpy": packages.OTHER_NUMPY,
        "broken": packages.PACKAGE_BROKEN,
    }
    finding = only(packages.check(with_answers(robot, {module: failed(error)})), problems[problem])
    assert remedy in finding.remedy


def test_outcomes_of_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = this_machine()
    assert machine.run_python("print(6 * 7)") == Outcome(succeeded=True, output="42\n")
    assert machine.run_python("raise SystemExit('no')").output == "no"
    assert machine.run_python("print('no'); raise SystemExit(9)").output == "no\n"
    assert machine.run_python("import os; os.abort()") == Outcome(
        False, "crashed with SIGABRT", True
    )
    assert machine.run(["no-such-program"]).output == "no program no-such-program"

    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("x", 1.0)

    monkeypatch.setattr(subprocess, "run", hang)
    assert machine.run(["sleep"]).crashed
