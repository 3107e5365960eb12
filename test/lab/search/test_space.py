"""Genotypes as numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.genotype import OPERATIONS, random_genotype
from pose_action_ros.lab.search.controller import decode, encode, uniform_entropy


@given(st.integers(0, 2**32), st.integers(1, 6))
def test_choices_are_the_genotype(seed: int, nodes: int) -> None:
    genotype = random_genotype(np.random.default_rng(seed), nodes)
    choices = encode(genotype)
    assert choices.shape == (2, nodes, 4)
    assert decode(choices) == genotype
    assert OPERATIONS[choices[1, nodes - 1, 3]] == genotype.reduction[-1].operations[1]


def test_choices_of_no_genotype_are_refused() -> None:
    with pytest.raises(ModelError, match="takes input 2"):
        decode(np.full((2, 1, 4), 2))


def test_there_are_as_many_genotypes_as_choices_multiply_to() -> None:
    assert uniform_entropy(1) == pytest.approx(math.log((2 * 2 * 5 * 5) ** 2))
    assert uniform_entropy(2) == pytest.approx(math.log((2 * 2 * 5 * 5 * 3 * 3 * 5 * 5) ** 2))
