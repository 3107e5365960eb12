"""Check of Python and of the packages that every stage imports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pose_action_ros.doctor.checks import Finding, Level, Problem, last_line, ok
from pose_action_ros.doctor.machine import Machine, Outcome

OLDEST = (3, 10)
MODULES = {
    # imported module: name on PyPI
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
BRIDGE = """
from cv_bridge import CvBridge
from numpy import uint8, zeros
bridge = CvBridge()
bridge.encoding_to_dtype_with_channels("bgr8")
bridge.cv2_to_imgmsg(zeros((1, 1, 3), uint8), "bgr8")
"""
NUMPY_SIGNS = ("compiled using NumPy 1", "_ARRAY_API", "numpy.core.multiarray", "numpy.dtype size")
"""Parts of the errors of packages that were compiled against another NumPy."""

PYTHON_OLD = Problem(
    "python-old",
    Level.ERROR,
    "This version of Python is too old.",
    "the package needs Python 3.10 or newer",
    "use a newer Python, for example python3.12 -m venv --system-site-packages .venv",
)
PACKAGE_MISSING = Problem(
    "package-missing",
    Level.ERROR,
    "A required Python package is not installed.",
    "every stage imports it",
    "python3 -m pip install {package}, or rosdep install --from-paths src --ignore-src",
)
PACKAGE_BROKEN = Problem(
    "package-broken",
    Level.ERROR,
    "A required Python package cannot be imported.",
    "every stage imports it",
    "python3 -m pip install --force-reinstall {package}",
)
OTHER_NUMPY = Problem(
    "built-for-other-numpy",
    Level.ERROR,
    "A package was compiled against another version of NumPy than the installed one.",
    "a package compiled against NumPy 1 fails or crashes with NumPy 2 in the same process",
    "python3 -m pip install 'numpy<2', or install a {package} built for NumPy 2",
)
OPENCV_LIBRARY = Problem(
    "opencv-library",
    Level.ERROR,
    "OpenCV does not find a system library.",
    "OpenCV cannot be imported, and no image can be read",
    "pip uninstall opencv-python, then pip install opencv-python-headless, which needs no display; "
    "or install the library, for example apt install libgl1 libglib2.0-0",
)
TWO_OPENCVS = Problem(
    "two-opencvs",
    Level.ERROR,
    "Two OpenCV packages are installed by pip.",
    "both install files into the same folder cv2, which then contains a mixture",
    "python3 -m pip uninstall -y {packages}, then install one of them",
)
HIDDEN_OPENCV = Problem(
    "hidden-opencv",
    Level.WARN,
    "Python finds OpenCV in several folders.",
    "the first hides the others; cv_bridge is compiled against the distribution's, and two "
    "versions in one process can crash it",
    "python3 -m pip uninstall {package} to use the distribution's OpenCV",
)
BRIDGE_NUMPY = Problem(
    "cv-bridge-numpy",
    Level.WARN,
    "cv_bridge was compiled for NumPy 1, and NumPy 2 is installed.",
    "this package converts images without cv_bridge; other nodes that use cv_bridge fail",
    "python3 -m pip install 'numpy<2' beside an installed ROS",
)
BRIDGE_OPENCV = Problem(
    "cv-bridge-opencv",
    Level.WARN,
    "cv_bridge was compiled against OpenCV 4, and Python imports OpenCV 5.",
    "this package reads images as usual; other nodes that publish images with cv_bridge fail",
    "python3 -m pip uninstall {package} to use the distribution's OpenCV",
)
BRIDGE_BROKEN = Problem(
    "cv-bridge-broken",
    Level.WARN,
    "cv_bridge is installed but cannot be used.",
    "this package converts images without cv_bridge; other nodes that use cv_bridge fail",
    "sudo apt install --reinstall ros-{distro}-cv-bridge, or rebuild it if it is from source",
)
BRIDGE_CRASHES = Problem(
    "cv-bridge-crashes",
    Level.ERROR,
    "cv_bridge crashes the process that imports it.",
    "nodes that import it end without an error message",
    "python3 -m pip install 'numpy<2' beside an installed ROS, or remove ros-{distro}-cv-bridge: "
    "this package converts images without it",
)


def check(machine: Machine) -> Iterator[Finding]:
    """Check the versions, and that each package can be imported."""
    yield _python(machine)
    for module, package in MODULES.items():
        yield _import(machine, module, package)
    yield from _opencvs(machine)
    yield check_cv_bridge(machine)


def _python(machine: Machine) -> Finding:
    version = ".".join(map(str, machine.python))
    if machine.python < OLDEST:
        return PYTHON_OLD.finding(f"Python {version}")
    return ok(f"Python {version}")


def _import(machine: Machine, module: str, package: str) -> Finding:
    top = module.partition(".")[0]
    outcome = machine.run_python(
        f"import {module}, {top}; print({top}.__version__, {top}.__file__)"
    )
    if outcome.succeeded:
        version, _, place = outcome.output.strip().partition(" ")
        return ok(f"{top} {version} in {place}")
    return _import_error(outcome, package)


def _import_error(outcome: Outcome, package: str) -> Finding:
    """Finding for a package that cannot be imported."""
    if _other_numpy(outcome):
        return OTHER_NUMPY.finding(f"{package} was compiled against another NumPy", package=package)
    if package.startswith("opencv") and "cannot open shared object" in outcome.output:
        return OPENCV_LIBRARY.finding(outcome.output)
    if "ModuleNotFoundError" in outcome.output:
        return PACKAGE_MISSING.finding(outcome.output, package=package)
    return PACKAGE_BROKEN.finding(f"{package}: {last_line(outcome.output)}", package=package)


def _other_numpy(outcome: Outcome) -> bool:
    return any(sign in outcome.output for sign in NUMPY_SIGNS)


def _opencvs(machine: Machine) -> Iterator[Finding]:
    """Find several OpenCV packages: by pip in one folder, or in several folders of the path."""
    versions = [f"{name} {machine.packages[name]}" for name in OPENCVS if name in machine.packages]
    names = " ".join(name for name in OPENCVS if name in machine.packages)
    if len(versions) > 1:
        yield TWO_OPENCVS.finding(" and ".join(versions) + " are both installed", packages=names)
    places = [folder for folder in dict.fromkeys(machine.search) if _has_opencv(folder)]
    if len(places) > 1:
        text = f"OpenCV is in {' and in '.join(map(str, places))}"
        yield HIDDEN_OPENCV.finding(text, package=names or OPENCVS[0])


def _has_opencv(folder: Path) -> bool:
    return (folder / "cv2" / "__init__.py").is_file() or any(folder.glob("cv2*.so"))


def check_cv_bridge(machine: Machine) -> Finding:
    """Check that cv_bridge can be used, if it is installed."""
    outcome = machine.run_python(BRIDGE)
    distro = machine.environ.get("ROS_DISTRO", "DISTRO")
    if outcome.succeeded:
        return ok("cv_bridge works")
    if outcome.crashed:
        return BRIDGE_CRASHES.finding(f"cv_bridge {outcome.output}", distro=distro)
    if "No module named 'cv_bridge'" in outcome.output:
        return ok("cv_bridge is not installed; this package converts images without it")
    if _other_numpy(outcome):
        numpy = machine.packages.get("numpy", "of another version")
        return BRIDGE_NUMPY.finding(
            f"cv_bridge was compiled for NumPy 1, NumPy {numpy} is installed"
        )
    if last_line(outcome.output).startswith("KeyError"):  # the numbers of its types changed
        package = next((name for name in OPENCVS if name in machine.packages), OPENCVS[0])
        version = machine.packages.get(package, "of another version")
        text = f"cv_bridge was compiled against OpenCV 4, OpenCV {version} is installed"
        return BRIDGE_OPENCV.finding(text, package=package)
    return BRIDGE_BROKEN.finding(f"cv_bridge: {last_line(outcome.output)}", distro=distro)
