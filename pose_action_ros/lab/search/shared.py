"""The weights that all sampled networks share."""

from __future__ import annotations

from torch import Tensor, nn

from pose_action_ros.lab.networks.cells import CellShape, CellStack, Parts
from pose_action_ros.lab.networks.genotype import Genotype


class SharedNetwork(nn.Module):
    """All networks of a shape at once; a pass computes the operations of its genotype alone.

    Each operation of a node has weights of its own for every input that it could take. Batch
    normalisation uses the statistics of the batch in evaluation, too, as in ENAS: averages over
    the networks that were sampled would fit none of them.
    """

    def __init__(self, nodes: int, shape: CellShape) -> None:
        super().__init__()
        self.stack = CellStack(Parts.every(nodes), Parts.every(nodes), shape)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.track_running_stats = False
                module.running_mean = module.running_var = module.num_batches_tracked = None

    def forward(self, images: Tensor, genotype: Genotype) -> Tensor:
        """(B, height, width, 3) of 0 to 255 to logits (B, labels) of the genotype's network."""
        return self.stack.classify(self.stack.features(images, genotype))
