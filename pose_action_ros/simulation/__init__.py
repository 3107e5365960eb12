"""Simulated people, cameras and images with exact 2D poses, 3D poses and actions.

World frame: z up, floor at z = 0, metres (REP-103). Everything is a pure function of time.
"""

from pose_action_ros.simulation.body import FIGURE, Body
from pose_action_ros.simulation.motions import ACTIONS, OTHERS
from pose_action_ros.simulation.performance import Performance
from pose_action_ros.simulation.scene import Scene, SimulatedFrame, SimulatedPerson
from pose_action_ros.simulation.script import Script, perform
from pose_action_ros.simulation.surroundings import Surroundings
from pose_action_ros.simulation.virtual_camera import VirtualCamera

__all__ = [
    "ACTIONS",
    "FIGURE",
    "OTHERS",
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
