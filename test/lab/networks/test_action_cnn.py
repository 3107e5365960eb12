"""The action network: shapes, batches, and calibrated probabilities."""

from __future__ import annotations

import pytest
import torch

from pose_action_ros.lab.networks.action_cnn import ActionCnn, Calibrated
from pose_action_ros.lab.networks.shape import NetworkShape

IMAGES = torch.randint(0, 256, (5, 48, 32, 3), generator=torch.manual_seed(0)).float()


@pytest.mark.parametrize(("labels", "size", "width"), [(18, 48, 16), (2, 64, 4)])
def test_one_logit_for_each_label(labels: int, size: int, width: int) -> None:
    network = ActionCnn(NetworkShape(labels, size, 32, width)).eval()
    assert network(torch.zeros(3, size, 32, 3)).shape == (3, labels)


def test_a_full_height_network_works_along_time() -> None:
    network = ActionCnn(NetworkShape(4, 24, 32, 8, inputs=4, full_height=True)).eval()
    levels = 255 * torch.rand(3, 24, 32, 4, generator=torch.manual_seed(0))
    heights: set[int] = set()
    for layer in list(network.layers.children())[:-1]:
        layer.register_forward_hook(lambda _module, _inputs, maps: heights.add(maps.shape[2]))
    logits = network(levels)
    assert (logits.shape, heights) == ((3, 4), {1})
    for axis in (1, 2):  # neither joints nor times are interchangeable
        assert not torch.allclose(logits, network(levels.flip(axis)))
    torch.testing.assert_close(logits[1:2], network(levels[1:2]))


def test_images_of_a_batch_are_independent() -> None:
    network = ActionCnn(NetworkShape(4)).eval()
    torch.testing.assert_close(network(IMAGES)[2:3], network(IMAGES[2:3]))


def test_temperature_changes_the_certainty_and_not_the_order() -> None:
    network = ActionCnn(NetworkShape(4)).eval()
    sharp, soft = Calibrated(network, 0.5).eval()(IMAGES), Calibrated(network, 5.0).eval()(IMAGES)
    torch.testing.assert_close(sharp.sum(dim=1), torch.ones(5))
    assert (sharp.argmax(dim=1) == soft.argmax(dim=1)).all()
    assert (sharp.max(dim=1).values > soft.max(dim=1).values).all()


def test_weights_multiply_the_probabilities() -> None:
    network, weights = ActionCnn(NetworkShape(4)).eval(), [0.5, 1.0, 3.0, 1.0]
    expected = Calibrated(network, 2.0).eval()(IMAGES) * torch.tensor(weights)
    expected /= expected.sum(dim=1, keepdim=True)
    torch.testing.assert_close(Calibrated(network, 2.0, weights).eval()(IMAGES), expected)


def test_the_time_of_an_event_matters() -> None:
    network = ActionCnn(NetworkShape(4)).eval()
    assert not torch.allclose(network(IMAGES), network(IMAGES.flip(2)))
