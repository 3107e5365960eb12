"""The truth about a simulated person in one frame: joints in the image and in space, visibility."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.simulation.figure import FIGURE
from pose_action_ros.simulation.kinematics import Posed
from pose_action_ros.simulation.quadrics import Quadrics
from pose_action_ros.simulation.script import Script
from pose_action_ros.simulation.virtual_camera import VirtualCamera
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17, convert

Array = npt.NDArray[np.float64]
_DEEP = 0.085
"""How far behind the surface a joint may be and still count as seen, as a share of the height:
joints lie inside the body, the hips deepest."""


@dataclass(frozen=True, eq=False)
class SimulatedPerson:
    """The truth about one person in one frame.

    Attributes:
        person_id: 0, 1, ... in the order of the scene's people.
        keypoints: body_25 [px], exact; score 1 inside the image, missing outside of it.
        pose: human36m_17 [m], exact, placed in the optical frame.
        visible: (25,) which keypoints are inside the image and not hidden by a body.
        action: one of ACTIONS.
    """

    person_id: int
    keypoints: Pose2D
    pose: Pose3D
    visible: npt.NDArray[np.bool_]
    action: str


def true_person(
    number: int,
    script: Script,
    posed: Posed,
    *,
    camera: VirtualCamera,
    surfaces: Quadrics,
    time: float,
) -> SimulatedPerson:
    """The truth about person `number`, posed at one time [s], among everybody's surfaces."""
    joints = camera.to_camera(posed.joints[0])  # (J, 3)
    flat = convert(joints, FIGURE, BODY_25)
    pixels = camera.intrinsics.project(flat)
    size = np.array([camera.intrinsics.width, camera.intrinsics.height])
    with np.errstate(invalid="ignore"):
        inside = ((pixels > -0.5) & (pixels < size - 0.5)).all(axis=1)
    return SimulatedPerson(
        person_id=number,
        keypoints=Pose2D(BODY_25, pixels, inside.astype(float), person_id=number),
        pose=Pose3D(
            HUMAN36M_17,
            convert(joints, FIGURE, HUMAN36M_17),
            np.ones(len(HUMAN36M_17)),
            person_id=number,
            placed=True,
        ),
        visible=inside & _uncovered(flat, surfaces, _DEEP * script.body.height),
        action=script.label_at(time),
    )


def _uncovered(joints: Array, surfaces: Quadrics, deep: float) -> npt.NDArray[np.bool_]:
    """(J,) which joints (J, 3) [m] have nothing more than `deep` [m] before them."""
    before = joints[:, 2] > 1e-6
    depth = np.where(before, joints[:, 2], 1.0)
    nearest = surfaces.first_hit(joints[:, :2] / depth[:, None])
    return before & (nearest > depth - deep)
