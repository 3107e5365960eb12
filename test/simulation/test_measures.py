"""Measures of random people: those of the survey within sampling error, children's by stature."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pose_action_ros.simulation import Body
from pose_action_ros.simulation.measures import (
    FILE,
    names,
    population,
    random_measures,
    stature,
)

COUNT = 20_000


@pytest.mark.parametrize("sex", ["men", "women"])
def test_drawn_adults_have_the_moments_of_the_table(sex: str) -> None:
    table = json.loads(FILE.read_text())[sex]
    logs = population(sex).draw(np.random.default_rng(0), COUNT)
    deviation = np.array(table["deviation"])
    np.testing.assert_allclose(logs.mean(axis=0), table["mean"], atol=5 * deviation.max() / 141)
    np.testing.assert_allclose(logs.std(axis=0) / deviation, 1.0, atol=0.03)
    drawn = np.array(np.corrcoef(logs.T))
    expected = np.concatenate(table["correlation"])
    np.testing.assert_allclose(drawn[np.tril_indices(len(deviation))], expected, atol=0.04)


def test_tables_describe_people() -> None:
    """Mean statures of ANSUR II: 1.756 m and 1.628 m, here with soles of 2 cm."""
    for sex, tall in (("men", 1.776), ("women", 1.648)):
        mean = population(sex).mean
        measures = dict(zip(names(), np.exp(mean), strict=True))
        assert stature(measures) == pytest.approx(tall, abs=0.005)
        assert np.linalg.eigvalsh(population(sex).covariance).min() > 1e-4


def test_statures_are_human_and_a_fifth_are_children() -> None:
    tall = stature(random_measures(np.random.default_rng(1), COUNT))
    assert 0.95 <= tall.min() < 1.0
    assert 1.9 < tall.max() <= 2.05 + 1e-9
    assert (tall < 1.45).mean() == pytest.approx(0.19, abs=0.02)


def test_small_children_have_large_heads_and_short_legs() -> None:
    measures = random_measures(np.random.default_rng(2), COUNT)
    tall = stature(measures)
    small, grown = tall < 1.05, tall > 1.6
    for name, least, most in (("head_height", 1.3, 1.6), ("thigh", 0.8, 0.95), ("hand", 0.95, 1.1)):
        share = measures[name] / tall
        assert least < share[small].mean() / share[grown].mean() < most, name


def test_the_default_body_is_the_average_adult() -> None:
    average = np.exp((population("men").mean + population("women").mean) / 2)
    own = [getattr(Body(), name) for name in names()]
    np.testing.assert_allclose(own, average, atol=0.0006)


@pytest.mark.parametrize("seed", range(5))
def test_a_scaled_body_keeps_its_proportions(seed: int) -> None:
    body = Body.random(np.random.default_rng(seed))
    scaled = body.scaled(1.5)
    assert scaled.height == pytest.approx(1.5)
    assert scaled.arm / scaled.height == pytest.approx(body.arm / body.height)
    assert scaled.build == pytest.approx(body.build)
    assert scaled.look == body.look
