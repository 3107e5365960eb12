"""Simulated people, cameras and images with known 2D, 3D and actions.

World frame: z up, floor at z = 0, metres (REP-103). Everything is a pure function of time.
"""

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.figure import FIGURE
from pose_action_ros.simulation.performance import ACTIONS, Performance, perform
from pose_action_ros.simulation.scene import Scene, SimulatedFrame
from pose_action_ros.simulation.script import Script
from pose_action_ros.simulation.surroundings import Surroundings
from pose_action_ros.simulation.truth import SimulatedPerson
from pose_action_ros.simulation.virtual_camera import VirtualCamera

__all__ = [
    "ACTIONS",
    "FIGURE",
    "Body",
    "Performance",
    "Scene",
    "Script",
    "SimulatedFrame",
    "SimulatedPerson",
    "Surroundings",
    "VirtualCamera",
    "perform",
]
