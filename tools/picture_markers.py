"""The markers and frames that the nodes publish, drawn with matplotlib: docs/markers.png."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from picture_stage import HEIGHT, camera, figure, person_script, run_pipeline
from scipy.spatial.transform import Rotation
from std_msgs.msg import Header

from pose_action_ros.camera import OPTICAL_FRAME, Intrinsics
from pose_action_ros.nodes import markers
from pose_action_ros.nodes.body_topics import body_name
from pose_action_ros.nodes.markers import body_transform
from pose_action_ros.poses import Pose3D
from pose_action_ros.simulation import Scene
from pose_action_ros.simulation.virtual_camera import VirtualCamera

Array = npt.NDArray[np.float64]

PEOPLE = (
    ("opening_arms", (0.4, -1.4), 0.2),
    ("squatting", (-0.9, 0.1), -0.4),
    ("waving_both", (0.3, 1.5), -0.3),
)
"""Action, position [m towards the camera, to its left] and heading [rad] of each person."""
DISTANCE, SECONDS = 3.5, 2.55
SIZE = (1000, 520)
VIEW = VirtualCamera.looking_at(
    (-2.8, 1.1, 2.2), (3.0, 0.1, 0.9), Intrinsics.from_field_of_view(*SIZE, 54)
)
BASE = "base_link"
"""The fixed frame, on the floor below the camera: x forward, y left, z up."""
TO_BASE = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
"""Rotation from the optical frame to the fixed frame."""
NOTE = "Topics ~/markers and /tf of three simulated people, drawn with matplotlib"
BACKGROUND, GRID = "#303030", "#6a6a6c"
AXES = ("#ff3b30", "#34c759", "#3b82ff")
LENGTH = 0.25
"""Length of the axes of a frame [m]."""


def draw_markers(path: Path) -> None:
    """Draw the picture into a PNG file."""
    people = [
        person_script(number, [action], 4.0, place, heading)
        for number, (action, place, heading) in enumerate(PEOPLE)
    ]
    scene = Scene(people, camera(DISTANCE, 80))
    ((_, result, labels),) = deque(run_pipeline(scene, SECONDS), maxlen=1)
    draw_scene(path, result.poses, labels)


def draw_scene(path: Path, people: Sequence[Pose3D], labels: Mapping[int, str]) -> None:
    """Draw people with the text over their heads by id into a PNG file."""
    header = Header(frame_id=OPTICAL_FRAME)
    with figure(path, (SIZE[0] / 100, SIZE[1] / 100)) as page:
        page.set_facecolor(BACKGROUND)
        panel = page.add_axes((0, 0, 1, 1))
        panel.set(xlim=(0, SIZE[0]), ylim=(SIZE[1], 0))
        panel.axis("off")
        panel.text(12, SIZE[1] - 12, NOTE, color="#b0b0b0", size=8)
        draw_grid(panel)
        draw_frame(panel, np.zeros(3), np.eye(3), BASE)
        draw_frame(panel, np.array([0, 0, HEIGHT]), TO_BASE, OPTICAL_FRAME)
        for marker in markers.bones(people, header):
            draw_bones(panel, marker)
        for person in people:
            name = body_name("/", person.person_id, ros4hri=False)
            transform = body_transform(person, name, header)
            if transform is not None:
                draw_transform(panel, transform)
        for marker in markers.texts(people, labels, header):
            draw_text(panel, marker)


def draw_grid(panel: Axes) -> None:
    """Draw a grid on the floor with cells of one metre."""
    for line in range(-5, 6):
        for ends in ([(line, -5.0, 0.0), (line, 5.0, 0.0)], [(-5.0, line, 0.0), (5.0, line, 0.0)]):
            steps = np.linspace(ends[0], ends[1], 100)
            panel.plot(*VIEW.project(steps).T, color=GRID, linewidth=0.6, zorder=0)


def draw_bones(panel: Axes, marker: Any) -> None:
    """Draw a line list: bones in their colours and widths, nearer ones in front."""
    points = in_base(marker.points).reshape(-1, 2, 3)
    for ends, colour in zip(points, marker.colors[::2], strict=True):
        depth = float(VIEW.to_camera(ends)[:, 2].mean())
        width = pixels(marker.scale.x, depth)
        panel.plot(
            *VIEW.project(ends).T,
            color=(colour.r, colour.g, colour.b, colour.a),
            linewidth=points_of(width),
            solid_capstyle="round",
            zorder=100 - depth,
        )


def draw_text(panel: Axes, marker: Any) -> None:
    """Draw a text marker, which faces the camera of the picture."""
    place = in_base([marker.pose.position])[0]
    height = pixels(marker.scale.z, float(VIEW.to_camera(place)[2]))
    x, y = VIEW.project(place)
    panel.text(
        x,
        y,
        marker.text,
        color="white",
        size=points_of(height),
        ha="center",
        va="center",
        zorder=200,
    )


def draw_transform(panel: Axes, transform: Any) -> None:
    """Draw the axes of a frame of /tf."""
    shift, turn = transform.transform.translation, transform.transform.rotation
    rotation = Rotation.from_quat([turn.x, turn.y, turn.z, turn.w]).as_matrix()
    draw_frame(panel, in_base([shift])[0], TO_BASE @ rotation, transform.child_frame_id)


def draw_frame(panel: Axes, origin: Array, rotation: Array, name: str) -> None:
    """Draw the axes x, y, z of a frame in red, green and blue, and its name."""
    for axis, colour in zip(rotation.T, AXES, strict=True):
        ends = VIEW.project(np.stack([origin, origin + LENGTH * axis]))
        panel.plot(*ends.T, color=colour, linewidth=2.5, zorder=150)
    x, y = VIEW.project(origin)
    panel.text(x, y + 14, name, color="#d0d0d0", size=8, ha="center", zorder=150)


def in_base(points: Sequence[Any]) -> Array:
    """Transform points of messages from the optical to the fixed frame, (N, 3) [m]."""
    array = np.array([(point.x, point.y, point.z) for point in points])
    return np.asarray(array @ TO_BASE.T + [0, 0, HEIGHT])


def pixels(length: float, depth: float) -> float:
    """Length in pixels of a length [m] at a depth [m]."""
    return length * VIEW.intrinsics.fx / depth


def points_of(length: float) -> float:
    """Convert pixels to typographic points."""
    return length * 72 / 100
