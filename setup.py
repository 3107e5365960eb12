"""`pip install .`: the package without ROS, and the command `pose-action`."""

import re
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent


def requirements(name: str) -> list[str]:
    """The lines of one file in requirements/, without comments."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def version() -> str:
    """`__version__` of the package, read without importing it."""
    text = (ROOT / "pose_action_ros" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    if found is None:
        raise RuntimeError("pose_action_ros/__init__.py has no line __version__ = ...")
    return found.group(1)


class BuildWithMessages(build_py):
    """Puts the message definitions into the package: bags are written with them without ROS."""

    def run(self) -> None:
        """Build, then copy; a checkout that is used in place has them in msg/."""
        super().run()
        if not self.editable_mode:
            folder = Path(self.build_lib) / "pose_action_ros" / "messages" / "definitions"
            folder.mkdir(parents=True, exist_ok=True)
            for path in (ROOT / "msg").glob("*.msg"):
                shutil.copy(path, folder)


setup(
    name="pose_action_ros",
    version=version(),
    description="People's 2D keypoints, 3D poses and actions from camera images",
    license="Apache-2.0",
    python_requires=">=3.10",
    packages=find_packages(include=["pose_action_ros", "pose_action_ros.*"]),
    package_data={
        "pose_action_ros": ["py.typed", "**/*.onnx", "**/*.json", "**/*.npz", "**/*.yaml"]
    },
    install_requires=requirements("run"),
    extras_require={
        "train": requirements("train"),
        "evaluate": ["motrics>=0.3", "pycocotools>=2.0"],
        "c3d": ["ezc3d>=1.5"],
        "view": ["rerun-sdk>=0.39"],
        "ray": ["ray>=2.9"],
        "tensorrt": ["tensorrt>=10", "cuda-python>=12"],
        "docs": requirements("docs"),
        "dev": requirements("test"),
    },
    cmdclass={"build_py": BuildWithMessages},
    entry_points={"console_scripts": ["pose-action = pose_action_ros.cli:main"]},
    zip_safe=False,
)
