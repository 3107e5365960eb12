import pytest
import torch

from pose_action_ros.lab.networks.openpose.light import LightOpenPose, LightShape
from pose_action_ros.lab.networks.openpose.structure import CHANNELS


def network(shape: LightShape, seed: int = 0) -> LightOpenPose:
    torch.manual_seed(seed)
    return LightOpenPose(shape).eval()


@pytest.mark.parametrize("layout", CHANNELS)
def test_one_forward_gives_maps_of_an_eighth(layout: str) -> None:
    maps = network(LightShape(layout, width=16))(torch.randn(2, 3, 48, 64))
    assert maps.shape == (2, sum(CHANNELS[layout]), 6, 8)


@pytest.mark.parametrize("refinements", [0, 1, 3])
def test_every_stage_gives_maps(refinements: int) -> None:
    made = network(LightShape(width=16, refinements=refinements))
    images = torch.randn(1, 3, 32, 32)
    told = made.stages(images)
    assert [maps.shape for maps in told] == [(1, 57, 4, 4)] * (1 + refinements)
    torch.testing.assert_close(made(images), told[-1])


def test_images_of_a_batch_keep_apart() -> None:
    made = network(LightShape(width=16))
    images = torch.randn(3, 3, 32, 48)
    alone = torch.cat([made(image[None]) for image in images])
    torch.testing.assert_close(made(images), alone)


def test_as_light_as_published() -> None:
    """4.1 million parameters (Osokin 2018, table 3), give or take what the trunks differ in."""
    count = sum(values.numel() for values in network(LightShape()).parameters())
    assert 3.5e6 < count < 4.5e6


def test_the_same_shape_takes_the_same_weights() -> None:
    first, second = network(LightShape(width=16)), network(LightShape(width=16), seed=1)
    second.load_state_dict(first.state_dict())
    images = torch.randn(1, 3, 32, 32)
    torch.testing.assert_close(first(images), second(images))
