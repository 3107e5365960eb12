"""Laws of collages: pieces of the given windows, all facing the same way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.training.action.augmentation import rotation
from pose_action_ros.lab.training.action.collage import PIECE, collage
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
FRAMES = 32
LEFT, RIGHT = (HUMAN36M_17.index(f"{side}_hip") for side in ("left", "right"))


def people(count: int, rng: np.random.Generator) -> Array:
    """(count, FRAMES, 17, 3) rigid people who stand still, each turned about the vertical."""
    bodies = rng.normal(0, 0.4, (count, 17, 3))
    bodies[:, LEFT], bodies[:, RIGHT] = [0.15, 0, 0], [-0.15, 0, 0]
    turned = [
        body @ rotation(1, angle)
        for body, angle in zip(bodies, rng.uniform(-3, 3, count), strict=True)
    ]
    return np.repeat(np.stack(turned)[:, None], FRAMES, axis=1)


def distances(points: Array) -> Array:
    """(..., 17, 17) between the joints, which do not depend on the direction of a person."""
    return np.asarray(np.linalg.norm(points[..., :, None, :] - points[..., None, :, :], axis=-1))


@given(st.integers(0, 500))
def test_a_collage_has_short_pieces_of_people_who_face_one_way(seed: int) -> None:
    rng = np.random.default_rng(seed)
    windows = people(6, rng)
    made = collage(windows, rng)
    assert made.shape == (FRAMES, 17, 3)
    across = made[:, LEFT] - made[:, RIGHT]
    assert across == pytest.approx(np.broadcast_to(across[0], across.shape), abs=1e-6)
    gaps = np.abs(distances(made)[:, None] - distances(windows[:, 0])[None]).max(axis=(2, 3))
    owners = np.where(gaps.min(axis=1) < 1e-9, gaps.argmin(axis=1), -1)  # -1 beside a seam
    assert (owners >= 0).mean() > 0.4
    assert len(set(owners.tolist()) - {-1}) > 1
    # All but blended frames are of pieces; one person may follow itself.
    assert FRAMES // round(PIECE[0] * FRAMES) >= len(set(owners.tolist()) - {-1})


def test_missing_joints_stay_missing_and_people_without_hips_are_not_turned() -> None:
    rng = np.random.default_rng(1)
    windows = people(4, rng)
    shoulders = [HUMAN36M_17.index(f"{side}_shoulder") for side in ("left", "right")]
    windows[:, :, [LEFT, RIGHT, *shoulders]] = np.nan
    made = collage(windows, rng)
    assert np.isnan(made[:, LEFT]).all()
    assert np.isfinite(made[:, HUMAN36M_17.index("nose")]).all()
