"""The kinematic model of REP-155: frames of the limbs of a body and its joint angles, from a pose.

Names, axes and order of links and joints: REP-155, "Kinematic Model of the Human", and the package
human_description, to which it refers. Frames: x forward, y to the person's left, z up; limbs point
along -z. A person who stands with hanging arms has angles of 0. All names are without the id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.poses import Pose3D

Array = npt.NDArray[np.float64]
Axis = tuple[int, int, int]

SIDES: Mapping[str, tuple[str, int]] = {"left": ("l", 1), "right": ("r", -1)}
"""Prefix of the names of a side, and its direction along y."""

_STRAIGHT = 0.35  # [rad] below it the sign of a bend is measurement noise


@dataclass(frozen=True)
class HumanJoint:
    """A joint of the model.

    Attributes:
        name, parent, child: of the joint and its links.
        axis: of the rotation; None for a fixed joint.
    """

    name: str
    parent: str
    child: str
    axis: Axis | None = None


def _side(prefix: str, out: int) -> tuple[HumanJoint, ...]:
    """The joints of one arm and leg."""
    rows: tuple[tuple[str, str, str, Axis | None], ...] = (
        ("y_shoulder", "torso", "y_shoulder", (0, 0, -out)),
        ("p_shoulder", "y_shoulder", "p_shoulder", (out, 0, 0)),
        ("r_shoulder", "p_shoulder", "shoulder", (0, 0, out)),
        ("elbow", "shoulder", "elbow", (0, -1, 0)),
        ("wrist", "elbow", "wrist", None),
        ("y_hip", "body", "y_hip", (0, 0, -1)),
        ("p_hip", "y_hip", "p_hip", (out, 0, 0)),
        ("r_hip", "p_hip", "hip", (0, -1, 0)),
        ("knee", "hip", "knee", (0, -1, 0)),
        ("ankle", "knee", "ankle", None),
    )
    trunk = {"torso", "body"}
    return tuple(
        HumanJoint(
            f"{prefix}_{name}",
            parent if parent in trunk else f"{prefix}_{parent}",
            f"{prefix}_{child}",
            axis,
        )
        for name, parent, child, axis in rows
    )


JOINTS: tuple[HumanJoint, ...] = (
    HumanJoint("waist", "body", "waist", (0, 1, 0)),
    HumanJoint("torso", "waist", "torso"),
    HumanJoint("r_head", "torso", "r_head", (1, 0, 0)),
    HumanJoint("y_head", "r_head", "y_head", (0, 0, 1)),
    HumanJoint("p_head", "y_head", "p_head", (0, -1, 0)),
    HumanJoint("head", "p_head", "head"),
    *(joint for prefix, out in SIDES.values() for joint in _side(prefix, out)),
)
"""All joints, parents before children; the root link is `body`."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A link's frame.

    Attributes:
        rotation: (3, 3) with its axes as columns.
        origin: (3,) [m].
    """

    rotation: Array
    origin: Array

    def seen_from(self, parent: Frame) -> Frame:
        """The same frame relative to another one."""
        turn = parent.rotation.T
        return Frame(turn @ self.rotation, turn @ (self.origin - parent.origin))


class HumanFrames:
    """Links and angles of one pose; links with missing joints are left out.

    The waist does not bend: z of the body points along the whole back.

    Attributes:
        links: frames in that of the camera, by link.
        angles: [rad] by joint.
    """

    def __init__(self, pose: Pose3D, body: Array) -> None:
        present = zip(pose.skeleton.joints, pose.points, pose.present, strict=True)
        self._at = {name: point for name, point, there in present if there}
        hips, neck = self._at["mid_hip"], self._at["neck"]
        self.links = {"body": Frame(body, hips), "waist": Frame(body, hips)}
        self.links["torso"] = Frame(body, neck)
        self.angles = {"waist": 0.0}
        self._head(neck)
        for side, (prefix, out) in SIDES.items():
            self._arm(side, prefix, out)
            self._leg(side, prefix, out)

    def relative(self) -> dict[str, Frame]:
        """Frames of all links but the root relative to their parents, parents first."""
        return {
            joint.child: self.links[joint.child].seen_from(self.links[joint.parent])
            for joint in JOINTS
            if joint.child in self.links
        }

    def _head(self, neck: Array) -> None:
        top, nose = self._at.get("head_top"), self._at.get("nose")
        if top is None or nose is None:
            return
        head = axes(top - neck, forward=nose - neck)
        if head is None:
            return
        torso = self.links["torso"].rotation
        turn = torso.T @ head  # about x, then z, then -y
        roll = float(np.arctan2(turn[2, 1], turn[1, 1]))
        yaw = float(np.arcsin(np.clip(-turn[0, 1], -1, 1)))
        self.angles |= {"r_head": roll, "y_head": yaw}
        self.angles["p_head"] = -float(np.arctan2(turn[0, 2], turn[0, 0]))
        rolled = torso @ about(0, roll)
        self.links["r_head"] = Frame(rolled, neck)
        self.links["y_head"] = Frame(rolled @ about(2, yaw), neck)
        self.links |= {"p_head": Frame(head, neck), "head": Frame(head, (neck + top) / 2)}

    def _arm(self, side: str, prefix: str, out: int) -> None:
        points = [self._at.get(f"{side}_{joint}") for joint in ("shoulder", "elbow", "wrist")]
        trunk = self.links["torso"].rotation
        upper = _limb(points, trunk, bends=1)
        if upper is None or points[0] is None or points[1] is None:
            return
        turn = trunk.T @ upper  # about z, x and z
        raised = float(np.arccos(np.clip(turn[2, 2], -1, 1)))
        if np.hypot(turn[2, 0], turn[2, 1]) > 1e-6:
            yaw = float(np.arctan2(out * turn[0, 2], -out * turn[1, 2]))
            twist = float(np.arctan2(out * turn[2, 0], out * turn[2, 1]))
        else:
            yaw, twist = 0.0, float(np.arctan2(-turn[0, 1], turn[0, 0]))
        angles = {"y": -out * yaw, "p": raised, "r": out * twist}
        self.angles |= {f"{prefix}_{name}_shoulder": value for name, value in angles.items()}
        turned = trunk @ about(2, yaw)
        self.links[f"{prefix}_y_shoulder"] = Frame(turned, points[0])
        self.links[f"{prefix}_p_shoulder"] = Frame(turned @ about(0, out * raised), points[0])
        self.links[f"{prefix}_shoulder"] = Frame(upper, points[0])
        self._bend(upper, points[1], points[2], (f"{prefix}_elbow", f"{prefix}_wrist"))

    def _leg(self, side: str, prefix: str, out: int) -> None:
        points = [self._at.get(f"{side}_{joint}") for joint in ("hip", "knee", "ankle")]
        trunk = self.links["body"].rotation
        upper = _limb(points, trunk, bends=-1)
        if upper is None or points[0] is None or points[1] is None:
            return
        turn = trunk.T @ upper  # about z, x and y
        yaw = float(np.arctan2(-turn[0, 1], turn[1, 1]))
        spread = float(np.arcsin(np.clip(turn[2, 1], -1, 1)))
        pitch = float(np.arctan2(-turn[2, 0], turn[2, 2]))
        angles = {"y": -yaw, "p": out * spread, "r": -pitch}
        self.angles |= {f"{prefix}_{name}_hip": value for name, value in angles.items()}
        turned = trunk @ about(2, yaw)
        self.links[f"{prefix}_y_hip"] = Frame(turned, points[0])
        self.links[f"{prefix}_p_hip"] = Frame(turned @ about(0, spread), points[0])
        self.links[f"{prefix}_hip"] = Frame(upper, points[0])
        self._bend(upper, points[1], points[2], (f"{prefix}_knee", f"{prefix}_ankle"))

    def _bend(self, upper: Array, middle: Array, end: Array | None, names: tuple[str, str]) -> None:
        """Add the frames below an elbow or a knee, which turns about -y."""
        if end is None:
            return
        x, _, z = upper.T @ (end - middle)
        angle = float(np.arctan2(x, -z))
        lower = upper @ about(1, -angle)
        self.angles[names[0]] = angle
        self.links |= {names[0]: Frame(lower, middle), names[1]: Frame(lower, end)}


def human_frames(pose: Pose3D) -> HumanFrames | None:
    """The frames of a pose; None without hips and neck."""
    body = body_axes(pose)
    return None if body is None else HumanFrames(pose, body)


def body_axes(pose: Pose3D) -> Array | None:
    """(3, 3) rotation of the body: x forward, y left, z up along the back; None where undefined.

    REP-155, "Body Frames".
    """
    index = pose.skeleton.index
    back = pose.points[index("neck")] - pose.points[index("mid_hip")]
    left = pose.points[index("left_hip")] - pose.points[index("right_hip")]
    return axes(back, forward=np.cross(left, back))


def axes(up: Array, *, forward: Array) -> Array | None:
    """(3, 3) rotation with z along `up` and x as near as can be to `forward`; None if parallel."""
    height = np.linalg.norm(up)
    if not height > 1e-6:  # also if it is NaN
        return None
    z = up / height
    x = forward - (forward @ z) * z
    length = np.linalg.norm(x)
    if not length > 1e-6:
        return None
    x = x / length
    return np.column_stack([x, np.cross(z, x), z])


def about(axis: int, angle: float) -> Array:
    """(3, 3) rotation about x (0), y (1) or z (2) by an angle [rad]."""
    c, s = np.cos(angle), np.sin(angle)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    rotation = np.eye(3)
    rotation[[first, second], [first, second]] = c
    rotation[second, first], rotation[first, second] = s, -s
    return rotation


def _limb(points: list[Array | None], trunk: Array, *, bends: int) -> Array | None:
    """(3, 3) rotation of an upper arm or thigh; the plane of the limb gives its twist.

    Args:
        points: shoulder, elbow and wrist, or hip, knee and ankle; None if missing.
        trunk: rotation of the link that the limb hangs on.
        bends: 1 if the lower part bends towards x, -1 if it bends away from it.
    """
    start, middle, end = points
    if start is None or middle is None or not np.linalg.norm(start - middle) > 1e-6:
        return None
    up = start - middle
    hanging = _untwisted(trunk, up)
    if end is None:
        return axes(up, forward=hanging)
    lower = end - middle
    plane = axes(up, forward=bends * lower)
    if plane is None:
        return axes(up, forward=hanging)
    straight = float(np.arctan2(abs(plane[:, 0] @ lower), -plane[:, 2] @ lower)) < _STRAIGHT
    if straight and plane[:, 0] @ hanging < 0:
        return axes(up, forward=-bends * lower)
    return plane


def _untwisted(trunk: Array, up: Array) -> Array:
    """Axis x of a limb after the smallest rotation from hanging to where it is."""
    x, y, z = trunk.T @ (up / np.linalg.norm(up))
    most = max(1 + z, 1e-6)  # a limb that points straight up
    axis: Array = trunk @ np.array([1 - x * x / most, -x * y / most, -x])
    return axis
