"""Shared weights of all sampled networks, and rewards of genotypes with these weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from pose_action_ros.errors import InputError
from pose_action_ros.lab.networks.cell_layer import Parts
from pose_action_ros.lab.networks.cells import CellShape, CellStack
from pose_action_ros.lab.networks.genotype import Genotype

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]

_BATCH = 256


class SharedNetwork(nn.Module):
    """All networks of a shape at once; a pass computes the operations of one genotype only.

    Each operation of a node has separate weights for every possible input. Batch normalisation
    uses the statistics of the batch in evaluation, too, as in ENAS: averages over different
    networks would fit none of them.
    """

    def __init__(self, nodes: int, shape: CellShape) -> None:
        super().__init__()
        self.stack = CellStack(Parts.every(nodes), Parts.every(nodes), shape)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.track_running_stats = False
                module.running_mean = module.running_var = module.num_batches_tracked = None

    def forward(self, images: Tensor, genotype: Genotype) -> Tensor:
        """(B, height, width, C) of 0 to 255 to logits (B, labels) of the genotype's network."""
        return self.stack.classify(self.stack.features(images, genotype))


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Images (N, height, width, C) and labels (N,) that give the rewards, in random order."""

    images: Tensor
    labels: Tensor

    @classmethod
    def of(cls, images: Images, labels: Labels, shape: CellShape, seed: int) -> HeldOut:
        """Check and shuffle; batches of one action would have different statistics.

        Raises:
            InputError: no images, another shape, or invalid labels.
        """
        expected = (len(labels), shape.height, shape.width, shape.inputs)
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
        """`count` random images, or all if there are fewer."""
        rows = torch.from_numpy(rng.permutation(len(self.labels))[:count])
        return HeldOut(self.images[rows], self.labels[rows])


class Judge:
    """Accuracy and rewards of genotypes with the present shared weights."""

    def __init__(self, shared: SharedNetwork, device: torch.device) -> None:
        self._shared, self._device = shared, device

    def accuracy(self, genotype: Genotype, data: HeldOut) -> float:
        """Share of the images with the right answer."""
        chances = self._chances(genotype, data)
        return float((chances.argmax(dim=1) == data.labels).double().mean())

    def probability(self, genotype: Genotype, data: HeldOut) -> float:
        """Mean probability of the right action."""
        chances = self._chances(genotype, data)
        return float(chances.gather(1, data.labels[:, None]).mean())

    def rewards(self, genotypes: Sequence[Genotype], data: HeldOut, kind: str) -> list[float]:
        """Rewards of genotypes on the same images; kind as in the settings."""
        measure = self.accuracy if kind == "accuracy" else self.probability
        return [measure(genotype, data) for genotype in genotypes]

    @torch.inference_mode()
    def _chances(self, genotype: Genotype, data: HeldOut) -> Tensor:
        """(N, labels) probabilities, on the CPU."""
        self._shared.eval()
        count = -(-len(data.labels) // _BATCH)  # equal batches, because their statistics are used
        parts = [
            self._shared(part.to(self._device).float(), genotype).softmax(dim=1).cpu()
            for part in torch.tensor_split(data.images, count)
        ]
        return torch.cat(parts)
