"""Python, and the packages that everything else needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pose_action_ros.doctor.findings import Finding, Level, Problem, one_line, well
from pose_action_ros.doctor.machine import Machine, Outcome

OLDEST = (3, 10)
MODULES = {
    # what is imported: what pip calls it
    "numpy": "numpy",
    "cv2": "opencv-python-headless",
    "yaml": "PyYAML",
    "tqdm": "tqdm",
}
OPENCVS = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)
BRIDGE = "from cv_bridge import CvBridge; CvBridge().encoding_to_dtype_with_channels('bgr8')"
NUMPY_SIGNS = ("compiled using NumPy 1", "_ARRAY_API", "numpy.core.multiarray", "numpy.dtype size")
"""How packages complain that were compiled against another NumPy."""

PYTHON_OLD = Problem(
    "python-old",
    Level.ERROR,
    "This Python is too old.",
    "the package is written for Python 3.10 and newer",
    "run it with a newer Python, for example python3.12 -m venv --system-site-packages .venv",
)
PACKAGE_MISSING = Problem(
    "package-missing",
    Level.ERROR,
    "A package of Python that is needed is not installed.",
    "every stage imports it",
    "python3 -m pip install {package}, or rosdep install --from-paths src --ignore-src",
)
PACKAGE_BROKEN = Problem(
    "package-broken",
    Level.ERROR,
    "A package of Python that is needed cannot be imported.",
    "every stage imports it",
    "python3 -m pip install --force-reinstall {package}",
)
OTHER_NUMPY = Problem(
    "built-for-other-numpy",
    Level.ERROR,
    "A package was compiled against another NumPy than the one installed.",
    "a package compiled against NumPy 1 fails or crashes with NumPy 2 in the same process",
    "python3 -m pip install 'numpy<2', or take a {package} that was built for NumPy 2",
)
OPENCV_LIBRARY = Problem(
    "opencv-library",
    Level.ERROR,
    "OpenCV does not find a library of the system.",
    "OpenCV cannot be imported, so no image can be read",
    "pip uninstall opencv-python, then pip install opencv-python-headless, which needs no display; "
    "or install the library, for example apt install libgl1 libglib2.0-0",
)
TWO_OPENCVS = Problem(
    "two-opencvs",
    Level.ERROR,
    "Two packages of OpenCV are installed by pip.",
    "they own the same folder cv2, and what is in it is a mixture of both",
    "python3 -m pip uninstall -y {packages}, then install one of them again",
)
HIDDEN_OPENCV = Problem(
    "hidden-opencv",
    Level.WARN,
    "Python finds OpenCV in several folders.",
    "the first hides the others; cv_bridge is compiled against the distribution's own, and two in "
    "one process can crash it",
    "python3 -m pip uninstall {package} to use the distribution's OpenCV",
)
BRIDGE_NUMPY = Problem(
    "cv-bridge-numpy",
    Level.WARN,
    "cv_bridge was compiled for NumPy 1, and NumPy 2 is installed.",
    "images are converted by the package itself, rightly; other nodes that use cv_bridge fail",
    "python3 -m pip install 'numpy<2' beside an installed ROS",
)
BRIDGE_BROKEN = Problem(
    "cv-bridge-broken",
    Level.WARN,
    "cv_bridge is installed but cannot be used.",
    "images are converted by the package itself, rightly; other nodes that use cv_bridge fail",
    "sudo apt install --reinstall ros-{distro}-cv-bridge, and build it again if it is from source",
)
BRIDGE_CRASHES = Problem(
    "cv-bridge-crashes",
    Level.ERROR,
    "cv_bridge ends the process that imports it.",
    "nodes that try it end without a word, ours too",
    "python3 -m pip install 'numpy<2' beside an installed ROS, or remove ros-{distro}-cv-bridge: "
    "the package converts images itself",
)


def check(machine: Machine) -> Iterator[Finding]:
    """Versions and whether each can be imported."""
    yield _python(machine)
    for module, package in MODULES.items():
        yield _import(machine, module, package)
    yield from _opencvs(machine)
    yield bridge(machine)


def _python(machine: Machine) -> Finding:
    version = ".".join(map(str, machine.python))
    if machine.python < OLDEST:
        return PYTHON_OLD.found(f"Python {version}")
    return well(f"Python {version}")


def _import(machine: Machine, module: str, package: str) -> Finding:
    top = module.partition(".")[0]
    outcome = machine.attempt(f"import {module}, {top}; print({top}.__version__, {top}.__file__)")
    if outcome.worked:
        version, _, place = outcome.said.strip().partition(" ")
        return well(f"{top} {version} in {place}")
    return _failed(outcome, package)


def _failed(outcome: Outcome, package: str) -> Finding:
    """Why a package cannot be imported."""
    if _other_numpy(outcome):
        return OTHER_NUMPY.found(f"{package} was compiled against another NumPy", package=package)
    if package.startswith("opencv") and "cannot open shared object" in outcome.said:
        return OPENCV_LIBRARY.found(outcome.said)
    if "ModuleNotFoundError" in outcome.said:
        return PACKAGE_MISSING.found(outcome.said, package=package)
    return PACKAGE_BROKEN.found(f"{package}: {one_line(outcome.said)}", package=package)


def _other_numpy(outcome: Outcome) -> bool:
    return any(sign in outcome.said for sign in NUMPY_SIGNS)


def _opencvs(machine: Machine) -> Iterator[Finding]:
    """More than one OpenCV: by pip in one folder, or on the path one behind another."""
    here = [f"{name} {machine.packages[name]}" for name in OPENCVS if name in machine.packages]
    names = " ".join(name for name in OPENCVS if name in machine.packages)
    if len(here) > 1:
        yield TWO_OPENCVS.found(" and ".join(here) + " are both installed", packages=names)
    places = [folder for folder in dict.fromkeys(machine.search) if _has_opencv(folder)]
    if len(places) > 1:
        found = f"OpenCV is in {' and in '.join(map(str, places))}"
        yield HIDDEN_OPENCV.found(found, package=names or OPENCVS[0])


def _has_opencv(folder: Path) -> bool:
    return (folder / "cv2" / "__init__.py").is_file() or any(folder.glob("cv2*.so"))


def bridge(machine: Machine) -> Finding:
    """Whether cv_bridge is there and can be used."""
    outcome = machine.attempt(BRIDGE)
    distro = machine.environ.get("ROS_DISTRO", "DISTRO")
    if outcome.worked:
        return well("cv_bridge works")
    if outcome.crashed:
        return BRIDGE_CRASHES.found(f"cv_bridge {outcome.said}", distro=distro)
    if "No module named 'cv_bridge'" in outcome.said:
        return well("cv_bridge is not installed; the package converts images itself")
    if _other_numpy(outcome):
        numpy = machine.packages.get("numpy", "of another version")
        return BRIDGE_NUMPY.found(f"cv_bridge was compiled for NumPy 1, NumPy {numpy} is installed")
    return BRIDGE_BROKEN.found(f"cv_bridge: {one_line(outcome.said)}", distro=distro)
