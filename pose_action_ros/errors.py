"""Errors of this package: one root, and a class for each remedy.

Every message names the value that was got, what was expected, and the remedy.
"""


class PoseActionError(Exception):
    """Root of all errors of this package."""


class InputError(PoseActionError, ValueError):
    """An image, keypoints, a pose or a recording is invalid."""


class SettingError(PoseActionError, ValueError):
    """A setting has an invalid value, type or name."""


class ModelError(PoseActionError):
    """A model file or its card is missing, damaged or unsuitable."""


class EngineError(PoseActionError):
    """An inference engine is not available or failed."""


class SourceError(PoseActionError):
    """A source of images cannot be read."""
