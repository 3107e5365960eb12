"""The search space as numbers: a genotype is a list of choices.

Of each node: its first and second input, then its first and second operation.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.networks.genotype import OPERATIONS, Cell, Genotype, Node

Choices = npt.NDArray[np.int64]


def encode(genotype: Genotype) -> Choices:
    """(2, nodes, 4) choices for the normal and the reduction cell, of as many nodes each."""
    return np.array([_numbers(cell) for cell in (genotype.normal, genotype.reduction)])


def _numbers(cell: Cell) -> list[list[int]]:
    return [[*node.inputs, *(OPERATIONS.index(name) for name in node.operations)] for node in cell]


def decode(choices: Choices) -> Genotype:
    """The genotype of choices (2, nodes, 4); ModelError when there is no such one."""
    normal, reduction = (
        tuple(
            Node((int(one), int(two)), (OPERATIONS[first], OPERATIONS[second]))
            for one, two, first, second in cell
        )
        for cell in choices
    )
    return Genotype(normal, reduction)


def uniform_entropy(nodes: int) -> float:
    """Entropy [nats] of choosing genotypes of so many nodes blindly: log of how many there are."""
    return sum(
        4 * (math.log(number + 2) + math.log(len(OPERATIONS)))  # two cells, two of each
        for number in range(nodes)
    )
