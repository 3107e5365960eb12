"""Many standing people in views of random cameras, for tests of training the lifter."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from people_in_view import upright
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.training.lifter.pool import placed
from pose_action_ros.lab.training.lifter.views import (
    Views,
    random_times,
    random_views,
)

Array = npt.NDArray[np.float64]
COUNT = 400
AGES = np.array([0.0, 0.1, 0.2])
ALL = np.ones(len(PERSON), np.bool_)


def placed_people(seed: int = 0, images: int = 4) -> Array:
    """(COUNT, images, 21, 3) standing people, placed."""
    return placed(np.tile(upright(), (COUNT, images, 1, 1)), np.random.default_rng(seed))


def views(seed: int = 0) -> Views:
    """Views of the people at random times."""
    rng = np.random.default_rng(seed)
    defined = np.ones((COUNT, len(PERSON)), np.bool_)
    return random_views(placed_people(seed), random_times(COUNT, AGES, rng), defined, rng)
