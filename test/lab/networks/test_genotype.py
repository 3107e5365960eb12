"""Genotypes: validity, and their JSON form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.genotype import (
    OPERATIONS,
    Genotype,
    Node,
    from_json,
    loose_ends,
    random_genotype,
    read_genotype,
    to_json,
    write_genotype,
)

GENOTYPES = st.builds(
    lambda seed, nodes: random_genotype(np.random.default_rng(seed), nodes),
    st.integers(0, 2**32),
    st.integers(1, 7),
)
NODE = Node((0, 1), ("identity", "avg_pool_3x3"))


@given(GENOTYPES)
def test_json_restores_the_genotype(genotype: Genotype) -> None:
    assert from_json(json.loads(json.dumps(to_json(genotype)))) == genotype


def test_a_file_restores_the_genotype(tmp_path: Path) -> None:
    genotype = random_genotype(np.random.default_rng(0), 4)
    write_genotype(tmp_path / "new" / "genotype.json", genotype)
    assert read_genotype(tmp_path / "new" / "genotype.json") == genotype


@given(GENOTYPES)
def test_every_node_is_an_input_or_a_loose_end(genotype: Genotype) -> None:
    for cell in (genotype.normal, genotype.reduction):
        taken = {source for node in cell for source in node.inputs}
        assert taken - {0, 1} | set(loose_ends(cell)) == set(range(2, len(cell) + 2))
        assert not taken & set(loose_ends(cell))
        assert len(cell) + 1 in loose_ends(cell)


def test_choices_of_random_genotypes_are_uniform() -> None:
    rng = np.random.default_rng(0)
    nodes = [random_genotype(rng, 2).normal[1] for _ in range(2000)]
    for side in range(2):
        names = [node.operations[side] for node in nodes]
        counts = [names.count(name) for name in OPERATIONS]
        assert counts == pytest.approx([400] * 5, abs=80)  # 4.5 deviations
        sources = [node.inputs[side] for node in nodes]
        assert [sources.count(at) for at in range(3)] == pytest.approx([667] * 3, abs=95)


@pytest.mark.parametrize(
    ("normal", "message"),
    [
        ((), "the normal cell has no nodes"),
        ((Node((0, 2), NODE.operations),), "node 0 of the normal cell takes input 2.*0 to 1"),
        ((NODE, Node((3, 0), NODE.operations)), "node 1 of the normal cell takes input 3"),
        ((Node((-1, 0), NODE.operations),), "takes input -1"),
    ],
)
def test_an_invalid_cell_is_refused(normal: tuple[Node, ...], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        Genotype(normal, (NODE,))


def changed(**members: Any) -> dict[str, Any]:
    return {"normal": [{"inputs": [0, 1], "operations": ["identity"] * 2, **members}]}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "a genotype is .*expected an object with normal and reduction only"),
        ({"normal": []}, "expected an object with normal and reduction only"),
        ({"normal": {}, "reduction": []}, "the normal cell is {}, expected a list of nodes"),
        ({"normal": [], "reduction": []}, "has no nodes"),
        ({"normal": [3]}, "node 0 of normal is 3, expected an object"),
        (changed(channels=3), "expected an object with inputs and operations only"),
        (changed(inputs="01"), "inputs of node 0 of normal are '01', expected a list"),
        (changed(inputs=[0, 1.0]), "expected a list of two integers"),
        (changed(inputs=[0, True]), "expected a list of two integers"),
        (changed(inputs=[0]), "expected two of each"),
        (changed(inputs=[0, 7]), "takes input 7"),
        (changed(operations=["identity", 1]), "expected a list of two names"),
        (changed(operations=["identity"] * 3), "expected two of each"),
        (changed(operations=["identity", "conv"]), "got the operation 'conv', expected one of sep"),
    ],
)
def test_the_error_names_the_invalid_value(value: Any, message: str, tmp_path: Path) -> None:
    if isinstance(value, dict) and value.keys() == {"normal"} and value["normal"]:
        value = {**value, "reduction": to_json(Genotype((NODE,), (NODE,)))["normal"]}
    with pytest.raises(ModelError, match=message):
        from_json(value)
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(value))
    with pytest.raises(ModelError, match=r"bad\.json: .*a file that a search wrote"):
        read_genotype(path)


@pytest.mark.parametrize("text", [None, "{", "\x00"])
def test_a_file_without_json_is_refused(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "genotype.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ModelError, match=r"genotype\.json: .*expected a JSON file"):
        read_genotype(path)
