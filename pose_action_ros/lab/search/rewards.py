"""How good a genotype is with the shared weights, on images kept from their training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from pose_action_ros.errors import InputError
from pose_action_ros.lab.networks.cells import CellShape
from pose_action_ros.lab.networks.genotype import Genotype
from pose_action_ros.lab.search.shared import SharedNetwork

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]

_BATCH = 256


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Images (N, height, width, 3) and labels (N,) to judge genotypes by, in random order."""

    images: Tensor
    labels: Tensor

    @classmethod
    def of(cls, images: Images, labels: Labels, shape: CellShape, seed: int) -> HeldOut:
        """Check and shuffle: batches of one action alone would spoil their statistics.

        Raises:
            InputError: no images, or not of the shape; labels that are not as many or not known.
        """
        expected = (len(labels), shape.height, shape.width, 3)
        if images.shape != expected or not len(labels):
            raise InputError(
                f"held-out images have shape {images.shape} for {len(labels)} labels, expected "
                f"{expected} and at least one; make them as large as the network takes them"
            )
        if labels.min() < 0 or labels.max() >= shape.labels:
            raise InputError(
                f"held-out labels are {labels.min()} to {labels.max()}, expected 0 to "
                f"{shape.labels - 1}; give them the indices that the training examples have"
            )
        order = np.random.default_rng(seed).permutation(len(labels))
        return cls(torch.from_numpy(images[order]), torch.from_numpy(labels[order]))

    def some(self, count: int, rng: np.random.Generator) -> HeldOut:
        """So many at random, or all when there are fewer."""
        rows = torch.from_numpy(rng.permutation(len(self.labels))[:count])
        return HeldOut(self.images[rows], self.labels[rows])


class Judge:
    """Accuracy and reward of genotypes with the weights as they are."""

    def __init__(self, shared: SharedNetwork, device: torch.device) -> None:
        self._shared, self._device = shared, device

    def accuracy(self, genotype: Genotype, data: HeldOut) -> float:
        """Part of the images whose most likely action is the right one."""
        chances = self._chances(genotype, data)
        return float((chances.argmax(dim=1) == data.labels).double().mean())

    def probability(self, genotype: Genotype, data: HeldOut) -> float:
        """Mean probability of the right action."""
        chances = self._chances(genotype, data)
        return float(chances.gather(1, data.labels[:, None]).mean())

    def rewards(self, genotypes: Sequence[Genotype], data: HeldOut, kind: str) -> list[float]:
        """Of each genotype, of the kind in the settings, on the same images."""
        measure = self.accuracy if kind == "accuracy" else self.probability
        return [measure(genotype, data) for genotype in genotypes]

    @torch.inference_mode()
    def _chances(self, genotype: Genotype, data: HeldOut) -> Tensor:
        """(N, labels) probabilities, on the CPU."""
        self._shared.eval()
        count = -(-len(data.labels) // _BATCH)  # parts of even size, as their statistics are used
        parts = [
            self._shared(part.to(self._device).float(), genotype).softmax(dim=1).cpu()
            for part in torch.tensor_split(data.images, count)
        ]
        return torch.cat(parts)
