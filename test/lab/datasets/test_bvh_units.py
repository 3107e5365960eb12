"""Units of people in BVH files, which follow from their height."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bvh_files import write_bvh
from bvh_person import at, body, by, person, values
from pose_action_ros.lab.datasets.person import PROPORTIONS

HEIGHT = 84 / (PROPORTIONS["knee"] + PROPORTIONS["ankle"])
"""Of the person in bvh_person.BODY, by the length of the legs [cm]."""


def leg_of(path: Path, height: float, unit: float) -> float:
    """Length of a leg [m] as read from a file of a person of a height [m] in a unit [m]."""
    scale = height / unit / HEIGHT
    people = person(write_bvh(path, body(by("unity"), scale), values(1) * scale))
    return float(np.linalg.norm(at(people, "left_hip")[0] - at(people, "left_ankle")[0]))


@pytest.mark.parametrize(
    ("unit", "least"), [(1.0, 0.75), (0.1, 0.75), (0.01, 0.95), (0.001, 0.75), (0.0254, 0.75)]
)
def test_people_of_all_sizes(tmp_path: Path, unit: float, least: float) -> None:
    for height in np.linspace(least, 2.1, 10).tolist():
        found = leg_of(tmp_path / "a.bvh", height, unit)
        assert found == pytest.approx(0.84 * height / (HEIGHT / 100)), height


def test_an_adult_in_inches_is_likelier_than_a_small_child_in_centimetres(tmp_path: Path) -> None:
    adult, child = leg_of(tmp_path / "a.bvh", 1.9, 0.0254), leg_of(tmp_path / "b.bvh", 0.75, 0.01)
    assert adult == pytest.approx(0.84 * 1.9 / (HEIGHT / 100))
    assert child == pytest.approx(0.84 * 1.905 / (HEIGHT / 100))  # 75 inches


@pytest.mark.parametrize("scale", [0.01, 1.0, 10.0, 1 / 2.54])
def test_metres_centimetres_millimetres_and_inches(tmp_path: Path, scale: float) -> None:
    still = values(1, root=(100, 95, 300))
    still[:, :3] *= scale
    people = person(write_bvh(tmp_path / "a.bvh", body(by("unity"), scale), still))
    np.testing.assert_allclose(at(people, "mid_hip")[0], [3, 1, 0.9], atol=1e-6)
    np.testing.assert_allclose(at(people, "left_knee")[0], [3, 1.1, 0.48], atol=1e-6)


def test_people_in_another_unit_have_average_height(tmp_path: Path) -> None:
    still = values(1) * 4.0
    people = person(write_bvh(tmp_path / "a.bvh", body(by("unity"), 4.0), still))
    leg = at(people, "left_hip")[0] - at(people, "left_ankle")[0]
    assert np.linalg.norm(leg) == pytest.approx(1.70 * (0.245 + 0.246))
