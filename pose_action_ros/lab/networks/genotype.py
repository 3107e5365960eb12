"""Genotypes: operations of the network's cells and their connections.

The micro search space of Pham, Guan, Zoph, Le, Dean 2018, arXiv 1802.03268, section 2.4: a cell has
nodes; each is the sum of two operations on outputs of earlier nodes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pose_action_ros.errors import ModelError

OPERATIONS = ("sep_conv_3x3", "sep_conv_5x5", "avg_pool_3x3", "max_pool_3x3", "identity")


@dataclass(frozen=True)
class Node:
    """The sum of two operations.

    Attributes:
        inputs: source of each operation: 0 and 1 are the outputs of the last but one and of the
            last cell, i + 2 is node i.
        operations: names in OPERATIONS.

    Raises:
        ModelError: not two of each, or an unknown operation.
    """

    inputs: tuple[int, int]
    operations: tuple[str, str]

    def __post_init__(self) -> None:
        if len(self.inputs) != 2 or len(self.operations) != 2:
            raise ModelError(
                f"got a node of inputs {self.inputs} and operations {self.operations}, expected "
                "two of each"
            )
        for operation in self.operations:
            if operation not in OPERATIONS:
                raise ModelError(
                    f"got the operation {operation!r}, expected one of {', '.join(OPERATIONS)}"
                )


Cell = tuple[Node, ...]


@dataclass(frozen=True)
class Genotype:
    """The two kinds of cells of a network.

    Attributes:
        normal: keeps the size of its input.
        reduction: halves height and width, doubles the channels.

    Raises:
        ModelError: a cell without nodes, or a node that takes its own or a later node's output.
    """

    normal: Cell
    reduction: Cell

    def __post_init__(self) -> None:
        for name, cell in (("normal", self.normal), ("reduction", self.reduction)):
            if not cell:
                raise ModelError(f"the {name} cell has no nodes, expected at least one")
            for number, node in enumerate(cell):
                _check_inputs(name, number, node)


def _check_inputs(name: str, number: int, node: Node) -> None:
    for source in node.inputs:
        if not 0 <= source < number + 2:
            raise ModelError(
                f"node {number} of the {name} cell takes input {source}, expected 0 to "
                f"{number + 1}: the previous cells' outputs are 0 and 1, node i's is i + 2"
            )


def loose_ends(cell: Cell) -> tuple[int, ...]:
    """Nodes, counted from 2, that are no input of another node; joined, they are the output."""
    taken = {source for node in cell for source in node.inputs}
    return tuple(number for number in range(2, len(cell) + 2) if number not in taken)


def random_genotype(rng: np.random.Generator, nodes: int) -> Genotype:
    """A random genotype of cells with `nodes` nodes; all choices are equally likely."""
    return Genotype(_random_cell(rng, nodes), _random_cell(rng, nodes))


def _random_cell(rng: np.random.Generator, nodes: int) -> Cell:
    cell = []
    for number in range(nodes):
        inputs = rng.integers(number + 2, size=2)
        chosen = rng.integers(len(OPERATIONS), size=2)
        cell.append(
            Node(
                (int(inputs[0]), int(inputs[1])),
                (OPERATIONS[chosen[0]], OPERATIONS[chosen[1]]),
            )
        )
    return tuple(cell)


def to_json(genotype: Genotype) -> dict[str, Any]:
    """JSON form: {"normal": [{"inputs": [0, 1], "operations": ["identity", ...]}, ...], ...}."""
    value: dict[str, Any] = json.loads(json.dumps(asdict(genotype)))
    return value


def from_json(value: object) -> Genotype:
    """Inverse of `to_json`.

    Raises:
        ModelError: the value has another form, or the genotype is invalid.
    """
    cells = _members(value, "a genotype", ("normal", "reduction"))
    return Genotype(_cell(cells["normal"], "normal"), _cell(cells["reduction"], "reduction"))


def _cell(value: object, name: str) -> Cell:
    if not isinstance(value, list):
        raise ModelError(f"the {name} cell is {value!r}, expected a list of nodes")
    return tuple(_node(item, f"node {number} of {name}") for number, item in enumerate(value))


def _node(value: object, place: str) -> Node:
    members = _members(value, place, ("inputs", "operations"))
    inputs, operations = members["inputs"], members["operations"]
    # True and False count as integers in Python.
    if not isinstance(inputs, list) or any(type(item) is not int for item in inputs):
        raise ModelError(f"inputs of {place} are {inputs!r}, expected a list of two integers")
    if not isinstance(operations, list) or any(type(item) is not str for item in operations):
        raise ModelError(f"operations of {place} are {operations!r}, expected a list of two names")
    return Node(tuple(inputs), tuple(operations))


def _members(value: object, what: str, names: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != set(names):
        raise ModelError(f"{what} is {value!r}, expected an object with {' and '.join(names)} only")
    return value


def read_genotype(path: Path) -> Genotype:
    """Read a genotype from a JSON file.

    Raises:
        ModelError: the file cannot be read, is not JSON, or has no genotype.
    """
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"cannot read a genotype from {path}: {error}; expected a JSON file that a search wrote"
        ) from error
    except ModelError as error:
        raise ModelError(f"{path}: {error}; expected a file that a search wrote") from error


def write_genotype(path: Path, genotype: Genotype) -> None:
    """Write the genotype as a JSON file; the folder is created."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(to_json(genotype), indent=2) + "\n", encoding="utf-8")
