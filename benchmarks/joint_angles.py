"""`python -m benchmarks.joint_angles`: errors of the joint angles of simulated people.

Each scene has one person with random actions. The angles of the lifted poses are compared with
those of the true poses, from exact keypoints and from those of detector and tracker.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.detection import DetectorSettings, make_detector
from pose_action_ros.joint_angles import ANGLES, joint_angles
from pose_action_ros.lab.evaluation.tables import Table
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import ACTIONS, Scene
from pose_action_ros.tracking import Tracker, TrackerSettings

Array = npt.NDArray[np.float64]

EXACT, TRACKED = "exact keypoints", "detected keypoints"
_HEADER = ("angle", *(f"{kind}: median, 90 % [°]" for kind in (EXACT, TRACKED)), "range [°]")


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser("benchmarks.joint_angles", description=__doc__)
    parser.add_argument("--scenes", type=int, default=40, help="number of people")
    parser.add_argument("--seconds", type=float, default=8.0, help="length of each scene [s]")
    parser.add_argument("--rate", type=float, default=5.0, help="images per second")
    parser.add_argument("--seed", type=int, default=11, help="of the scenes")
    args = parser.parse_args()
    found: dict[str, list[Array]] = {EXACT: [], TRACKED: []}
    truth: list[Array] = []
    for number in tqdm(range(args.scenes), unit="scene"):
        _film(np.random.default_rng([args.seed, number]), args, found, truth)
    true = np.array(truth)
    errors = {kind: _difference(np.array(rows), true) for kind, rows in found.items()}
    print(Table("Errors of joint angles", _HEADER, _rows(errors, true)).markdown())


def _film(
    rng: np.random.Generator,
    args: argparse.Namespace,
    found: dict[str, list[Array]],
    truth: list[Array],
) -> None:
    """Append the angles of one scene."""
    scene = Scene.random(rng, 1, tuple(ACTIONS))
    settings = LifterSettings(person_height=round(scene.people[0].body.height, 3))
    lifters = {kind: Lifter(settings) for kind in found}
    detector, tracker = make_detector(DetectorSettings(max_people=1)), Tracker(TrackerSettings())
    for stamp in np.arange(0.0, args.seconds, 1 / args.rate).tolist():
        frame = scene.frame(stamp)
        (person,) = frame.people
        exact = Pose2D(
            person.keypoints.skeleton, person.keypoints.points, person.keypoints.scores, 0
        )
        people = {EXACT: [exact], TRACKED: tracker.update(detector(frame.image), stamp)}
        for kind, lifter in lifters.items():
            found[kind].append(_angles(lifter, people[kind], scene, stamp))
        truth.append(joint_angles(person.pose.points))


def _angles(lifter: Lifter, people: Sequence[Pose2D], scene: Scene, stamp: float) -> Array:
    poses = lifter(people, scene.camera.intrinsics, stamp)
    return joint_angles(poses[0].points) if poses else np.full(len(ANGLES), np.nan)


def _difference(found: Array, true: Array) -> Array:
    """Absolute differences of angles, at most 180 [degrees]."""
    turned = np.degrees(found - true)
    difference: Array = np.abs((turned + 180) % 360 - 180)
    return difference


def _rows(errors: dict[str, Array], true: Array) -> list[list[str]]:
    """One row for each angle, of both sides together."""
    groups: dict[str, list[int]] = {}
    for column, name in enumerate(ANGLES):
        groups.setdefault(name.removeprefix("left_").removeprefix("right_"), []).append(column)
    rows = []
    for name, columns in groups.items():
        cells = [
            "{:.0f}, {:.0f}".format(*np.nanpercentile(kind[:, columns], (50, 90)))
            for kind in errors.values()
        ]
        low, high = np.degrees(np.nanpercentile(true[:, columns], (5, 95)))
        rows.append([name, *cells, f"{low:.0f} to {high:.0f}"])
    return rows


if __name__ == "__main__":
    main()
