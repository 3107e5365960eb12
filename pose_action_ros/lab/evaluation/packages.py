"""Optional packages of the evaluation."""

from __future__ import annotations

from pose_action_ros.errors import InputError


def missing(error: ModuleNotFoundError) -> InputError:
    """The error for a package that is not installed, with the command that installs it."""
    return InputError(
        f"measuring detectors needs {error.name}: run pip install '.[evaluate]' in the source "
        "folder"
    )
