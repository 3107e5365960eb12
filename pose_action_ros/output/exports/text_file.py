"""Text files that grow, and appear under their name when they are complete."""

from __future__ import annotations

from pathlib import Path

from pose_action_ros.errors import SettingError


class TextFile:
    """A text file that grows in a hidden file, and is moved to its path by `close`.

    Args:
        path: of the file, replaced if it exists.

    Raises:
        SettingError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hidden = path.with_name(f".{path.name}.part")
        try:
            self._file = self._hidden.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise self._error(error) from error

    def write(self, text: str) -> None:
        """Append text; SettingError if it cannot be written."""
        try:
            self._file.write(text)
        except OSError as error:
            raise self._error(error) from error

    def close(self) -> None:
        """Finish the file; SettingError if it cannot be written."""
        try:
            self._file.close()
            self._hidden.replace(self._path)
        except OSError as error:
            raise self._error(error) from error

    def _error(self, error: OSError) -> SettingError:
        return SettingError(f"cannot write {self._path}: {error.strerror or error}")
