"""Which data a run's settings name."""

from __future__ import annotations

import numpy as np

from pose_action_ros.lab.networks.lifter import OUTPUT_JOINTS, BoneLengths
from pose_action_ros.lab.training.lifter.human36m_source import (
    Human36mSource,
    human36m_held_out,
    human36m_learners,
)
from pose_action_ros.lab.training.lifter.learners import Learner
from pose_action_ros.lab.training.lifter.robot_source import (
    RobotSource,
    robot_held_out,
    robot_learners,
)
from pose_action_ros.lab.training.lifter.settings import LifterTraining
from pose_action_ros.lab.training.lifter.sources import HeldOut, Source


def open_source(settings: LifterTraining) -> Source:
    """The source of a run: Human3.6M where it is named, else robots' views.

    Raises:
        SettingError, InputError: no data, or files that are not what they should be.
    """
    return Human36mSource(settings) if settings.human36m else RobotSource(settings)


def held_out(settings: LifterTraining) -> HeldOut:
    """People of a run's data who are not trained on.

    Raises:
        SettingError, InputError: there are none, or files that are not what they should be.
    """
    return human36m_held_out(settings) if settings.human36m else robot_held_out(settings)


def empty_learners(settings: LifterTraining) -> dict[str, Learner]:
    """The networks of a run without what they measured of their data, to load a state into."""
    if settings.human36m:
        return human36m_learners(settings)
    ones = np.ones(OUTPUT_JOINTS - 1)
    return robot_learners(settings, BoneLengths(ones, ones))
