"""Layers along time: the series of an image, rows for themselves, residual blocks."""

from __future__ import annotations

from dataclasses import replace

import torch
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.networks.series import REACH, Residual, series_of, series_stem
from pose_action_ros.lab.networks.shape import NetworkShape
from properties import examples

HEIGHT, INPUTS, ROW_CHANNELS, CHANNELS, WIDTH = 6, 4, 3, 5, 12
SHAPE = NetworkShape(
    labels=2,
    height=HEIGHT,
    width=WIDTH,
    channels=CHANNELS,
    inputs=INPUTS,
    row_channels=ROW_CHANNELS,
)


def image(seed: int) -> torch.Tensor:
    shape = (2, HEIGHT, WIDTH, INPUTS)
    return torch.randint(0, 256, shape, generator=torch.manual_seed(seed)).float()


def test_a_series_has_the_channels_of_each_row_in_turn() -> None:
    shown = image(0)
    series = series_of(shown)
    assert series.shape == (2, HEIGHT * INPUTS, 1, WIDTH)
    for row in range(HEIGHT):
        for channel in range(INPUTS):
            expected = shown[:, row, :, channel] / 127.5 - 1
            torch.testing.assert_close(series[:, row * INPUTS + channel, 0], expected)


@examples(10)
@given(st.integers(0, 2**32), st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1))
def test_features_of_a_row_depend_on_this_row_alone(seed: int, row: int, at: int) -> None:
    torch.manual_seed(seed)
    each = series_stem(SHAPE).eval()[:3]
    shown = image(seed % 1000)
    changed = shown.clone()
    changed[:, row, at] += 500
    moved = (each(series_of(changed)) != each(series_of(shown))).any(dim=0)[:, 0]
    rows = moved.any(dim=1).reshape(HEIGHT, ROW_CHANNELS).any(dim=1)
    assert rows.nonzero().flatten().tolist() == [row]
    assert bool((moved.any(dim=0).nonzero() - at).abs().max() <= 1)


def test_a_distance_and_its_direction_are_not_merely_added() -> None:
    """A vector from joint to joint is their product, which a single convolution cannot form."""
    torch.manual_seed(0)
    stem = series_stem(replace(SHAPE, height=1, inputs=2)).eval()
    near_left, near_right, far_left, far_right = (
        stem(torch.tensor([distance, direction]).reshape(1, 2, 1, 1))
        for distance, direction in ((-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0))
    )
    assert not torch.allclose(far_right - far_left, near_right - near_left)


def test_the_stem_keeps_the_width_and_reaches_as_far_as_it_says() -> None:
    torch.manual_seed(1)
    stem = series_stem(SHAPE).eval()
    shown = image(1)
    changed = shown.clone()
    changed[:, 0, 5] = 255 - changed[:, 0, 5]
    one, other = stem(series_of(shown)), stem(series_of(changed))
    assert one.shape == (2, CHANNELS, 1, WIDTH)
    columns = (one != other).any(dim=1).any(dim=0)[0].nonzero().flatten()
    assert (columns.min(), columns.max()) == (5 - REACH, 5 + REACH)


def test_a_residual_block_without_weights_rectifies() -> None:
    block = Residual(CHANNELS).eval()
    for values in block.parameters():
        torch.nn.init.zeros_(values)
    maps = torch.randn(2, CHANNELS, 1, WIDTH, generator=torch.manual_seed(0))
    torch.testing.assert_close(block(maps), maps.relu())
