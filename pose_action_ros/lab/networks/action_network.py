"""What all action networks have in common: features of an image, and a last layer on top."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from torch import Tensor, nn

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.shape import NetworkShape


class ActionNetwork(nn.Module, ABC):
    """Images (B, height, width, inputs) of 0 to 255 to logits (B, labels).

    With spare outputs, the background is one more logit; during training, all spare logits follow
    those of the labels.

    Attributes:
        kind: name of the architecture.
        words: what one network and several are called.
        last: name of the last layer among the modules.
    """

    kind: ClassVar[str]
    words: ClassVar[tuple[str, str]]
    last: ClassVar[str]

    @property
    @abstractmethod
    def shape(self) -> NetworkShape:
        """Parameters that rebuild the network."""

    @abstractmethod
    def features(self, images: Tensor) -> Tensor:
        """(B, height, width, inputs) of 0 to 255 to (B, F), the input of the last layer."""

    @abstractmethod
    def classify(self, features: Tensor) -> Tensor:
        """Features (B, F) to logits."""

    @abstractmethod
    def with_outputs(self, labels: int, spare: int) -> ActionNetwork:
        """A network of the same architecture with other outputs, and random weights."""

    @abstractmethod
    def described(self) -> dict[str, Any]:
        """The architecture for a card: its kind, its shape, and what else rebuilds it."""

    @property
    def last_layer(self) -> nn.Linear:
        """The last layer; see `replace_last`."""
        layer = self.get_submodule(self.last)
        assert isinstance(layer, nn.Linear)
        return layer

    def replace_last(self, layer: nn.Linear) -> None:
        """Use another last layer."""
        parent, _, name = self.last.rpartition(".")
        setattr(self.get_submodule(parent), name, layer)

    def forward(self, images: Tensor) -> Tensor:
        """Forward pass."""
        return self.classify(self.features(images))

    def load(self, state: Mapping[str, Tensor], name: str) -> None:
        """Load saved weights.

        Args:
            state: a state_dict.
            name: of the file, for errors.

        Raises:
            ModelError: the weights are of another architecture.
        """
        try:
            self.load_state_dict(state)
        except RuntimeError as error:
            raise ModelError(
                f"{name} has weights that do not fit {self.shape}: {error}; give the shape they "
                "were trained with"
            ) from error
