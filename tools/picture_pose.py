"""A person in an image, and the pose in metres from the lifter: docs/pose.png."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import MultipleLocator
from picture_stage import camera, figure, person_script, rgb, run_pipeline

from pose_action_ros.drawing import draw_people
from pose_action_ros.drawing.colours import colour_of
from pose_action_ros.poses import Pose3D
from pose_action_ros.simulation import Scene

MOMENT = 1.1
"""Time of the image [s]."""


def draw_pose(path: Path) -> None:
    """Draw the picture into a PNG file."""
    scene = Scene([person_script(7, ["kicking"], 4.0, heading=-0.6)], camera(2.9))
    ((image, result, _),) = deque(run_pipeline(scene, MOMENT), maxlen=1)
    drawn = image.copy()
    draw_people(drawn, result.keypoints)
    with figure(path, (9, 4.2)) as page:
        flat = page.add_axes((0.01, 0.02, 0.56, 0.88))
        flat.imshow(drawn[:, :, ::-1])
        flat.axis("off")
        flat.set_title("Keypoints, in pixels", fontsize=11)
        page.text(0.79, 0.925, "The pose before the camera, in metres", fontsize=11, ha="center")
        space = page.add_axes((0.6, 0.02, 0.38, 0.9), projection="3d")
        draw_person(space, result.poses[0])


def draw_person(space: Any, person: Pose3D) -> None:
    """Draw the bones of a person into 3D axes: right, away from the camera, up."""
    points = np.column_stack([person.points[:, 0], person.points[:, 2], -person.points[:, 1]])
    floor, (middle, depth) = points[:, 2].min(), points[:, :2].mean(axis=0)
    below = np.column_stack([points[:, :2], np.full(len(points), floor)])
    for parent, child in person.skeleton.bones:
        ends = [parent, child]
        space.plot(*below[ends].T, color="0.75", linewidth=2.5)
        space.plot(*points[ends].T, color=rgb(colour_of(person.skeleton, child)), linewidth=5)
    space.set(xlim=(middle - 0.75, middle + 0.75), ylim=(depth - 0.75, depth + 0.75))
    space.set(zlim=(floor, floor + 1.8))
    space.set_box_aspect((1.5, 1.5, 1.8), zoom=0.9)
    for axis, name in ((space.xaxis, "right"), (space.yaxis, "away"), (space.zaxis, "up")):
        axis.set_major_locator(MultipleLocator(0.5))
        axis.set_tick_params(labelsize=8)
        axis.set_label_text(name, fontsize=9)
    space.view_init(elev=15, azim=-60)
