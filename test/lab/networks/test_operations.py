"""Spare outputs: separate classes in training, none of the labels afterwards."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.networks.action_cnn import ActionCnn
from pose_action_ros.lab.networks.cells import CellNetwork, CellShape
from pose_action_ros.lab.networks.genotype import random_genotype
from pose_action_ros.lab.networks.operations import join_spare
from pose_action_ros.lab.networks.shape import NetworkShape

NETWORKS = {
    "cells": CellNetwork(
        random_genotype(np.random.default_rng(0), 2), CellShape(3, channels=2, blocks=1, spare=4)
    ),
    "cnn": ActionCnn(NetworkShape(3, channels=2, spare=4)),
}


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_spare_outputs_are_the_background_together(labels: int, spare: int, seed: int) -> None:
    logits = 5 * torch.randn(4, labels + spare, generator=torch.manual_seed(seed))
    chances = torch.softmax(join_spare(logits, labels), dim=1)
    whole = torch.softmax(logits, dim=1)
    torch.testing.assert_close(chances[:, :labels], whole[:, :labels])
    torch.testing.assert_close(chances[:, labels], whole[:, labels:].sum(dim=1))


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_join_their_spare_logits_after_training(name: str) -> None:
    network: nn.Module = NETWORKS[name]
    images = torch.zeros(2, 48, 32, 3)
    assert network.train()(images).shape == (2, 7)
    assert network.eval()(images).shape == (2, 4)


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(SettingError, match="spare is -1"):
        CellShape(3, spare=-1)
