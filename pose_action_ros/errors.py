"""The errors this package raises: one root and a child for each thing a caller can do about it.

Every message says what was got, what was expected, and what to do.
"""


class PoseActionError(Exception):
    """Root of all errors raised on purpose by this package."""


class InputError(PoseActionError, ValueError):
    """An image, a keypoint set, a pose or a recording is not what the function takes."""


class SettingError(PoseActionError, ValueError):
    """A parameter has a value, type or name that is not allowed."""


class ModelError(PoseActionError):
    """A model file or its card is missing, damaged, or does not fit its use."""


class EngineError(PoseActionError):
    """An inference engine cannot be had or failed to run."""


class SourceError(PoseActionError):
    """A camera, video file or image folder cannot be read."""
