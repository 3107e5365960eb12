"""What all action networks have in common: the size of their images and outputs."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.errors import SettingError


@dataclass(frozen=True)
class NetworkShape:
    """Parameters that rebuild a network.

    Attributes:
        labels: number of actions.
        height, width, inputs: rows, columns and channels of the images.
        channels: of the first layers.
        dropout: before the last layer.
        spare: outputs without a label, see `join_spare`.
        full_height: the first layers read all rows of a column at once, as rows are not
            shift-invariant; all later maps are (B, C, 1, W), and layers work along time.
        row_channels: features of each row in the first layer, with `full_height`.

    Raises:
        SettingError: a count below 1, or a probability outside 0 to below 1.
    """

    labels: int
    height: int = 48
    width: int = 32
    channels: int = 16
    dropout: float = 0.25
    spare: int = 0
    inputs: int = 3
    full_height: bool = False
    row_channels: int = 8

    def __post_init__(self) -> None:
        self._check_counts("labels", "height", "width", "inputs", "channels", "row_channels")
        self._check_rates("dropout")
        if self.spare < 0:
            raise SettingError(f"spare is {self.spare}, expected at least 0")

    def _check_counts(self, *names: str) -> None:
        for name in names:
            if getattr(self, name) < 1:
                raise SettingError(f"{name} is {getattr(self, name)}, expected at least 1")

    def _check_rates(self, *names: str) -> None:
        for name in names:
            if not 0 <= getattr(self, name) < 1:
                raise SettingError(f"{name} is {getattr(self, name)}, expected 0 to below 1")
