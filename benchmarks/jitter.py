"""`python -m benchmarks.jitter`: jitter and delay of poses, stage by stage.

Simulated people stand and walk before a camera. The lifter gets their exact keypoints, those of the
detector, and those of the tracker, which smooths them; with the images before, and with the newest
image alone. Sizes are true, so that all errors are of the motion.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.camera import Intrinsics
from pose_action_ros.detection import Detector, DetectorSettings, make_detector
from pose_action_ros.lab.evaluation.smoothness import Motion, acceleration_error, delay
from pose_action_ros.lab.evaluation.tables import Table
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.lifting.lifter import Lifted
from pose_action_ros.metrics import joint_errors
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import ACTIONS, Scene
from pose_action_ros.tracking import Tracker, TrackerSettings

Array = npt.NDArray[np.float64]
Kind = tuple[str, str]  # keypoints and images

EXACT, DETECTED, TRACKED = "exact", "detector", "tracker"
WINDOW, NEWEST = "all", "newest"
_WARM_UP = 1.0  # [s] at the start of each scene that do not count
_MISSING = np.full((17, 3), np.nan)
_HEADER = (
    "action, keypoints, images",
    "MPJPE [mm]",
    "acceleration error, root-aligned [mm/image²]",
    "[mm/s²]",
    "placed [mm/image²]",
    "[mm/s²]",
    "delay of the pose [images]",
    "correlation",
    "delay of the root [images]",
    "correlation",
)


class NewestLifter(Lifter):
    """A lifter of single images, with the same filter of distances."""

    def _lift_tracked(
        self,
        people: Sequence[Pose2D],
        ids: Sequence[int],
        intrinsics: Intrinsics,
        stamp: float | None,  # noqa: ARG002 - the signature of the base
    ) -> Lifted:
        return super()._lift_tracked(people, ids, intrinsics, None)


def main() -> None:
    """Measure, print a table, and write it."""
    parser = argparse.ArgumentParser("benchmarks.jitter", description=__doc__)
    parser.add_argument("--actions", nargs="+", default=["standing", "walking"], choices=ACTIONS)
    parser.add_argument("--scenes", type=int, default=5, help="people for each action")
    parser.add_argument("--seconds", type=float, default=8.0, help="length of each scene [s]")
    parser.add_argument("--rate", type=float, default=25.0, help="images per second")
    parser.add_argument("--seed", type=int, default=7, help="of the scenes")
    parser.add_argument("--model", default="lifter", help="name or path of the lifter")
    parser.add_argument(
        "--images", nargs="+", default=[WINDOW, NEWEST], choices=[WINDOW, NEWEST],
        help="images that the lifter gets: all up to the present one, or the newest alone",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, default=Path("output/jitter.json"))
    args = parser.parse_args()
    figures = measure(args)
    rows = [[name, *_cells(row)] for name, row in figures.items()]
    print(Table(f"Jitter and delay at {args.rate:g} images a second", _HEADER, rows).markdown())
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    print(f"saved in {args.output}")


def measure(args: argparse.Namespace) -> dict[str, list[float]]:
    """Figures in the order of the table, by action, keypoints and images."""
    figures = {}
    for action in args.actions:
        motions: dict[Kind, list[Motion]] = {}
        for number in tqdm(range(args.scenes), desc=action, unit="scene"):
            rng = np.random.default_rng([args.seed, number])
            scene = Scene.random(rng, 1, (action,), seconds_each=10 * args.seconds)
            for kind, motion in _filmed(scene, args).items():
                motions.setdefault(kind, []).append(motion)
        for (keypoints, images), kind_motions in motions.items():
            figures[f"{action}, {keypoints}, {images}"] = _figures(kind_motions, args.rate)
    return figures


def _filmed(scene: Scene, args: argparse.Namespace) -> dict[Kind, Motion]:
    """The motion of the person of a scene by the kinds of keypoints and images."""
    settings = LifterSettings(
        lifter_model=args.model, person_height=round(scene.people[0].body.height, 3)
    )
    makers = {WINDOW: Lifter, NEWEST: NewestLifter}
    lifters = {
        (keypoints, images): makers[images](settings)
        for keypoints in (EXACT, DETECTED, TRACKED)
        for images in args.images
    }
    poses: dict[Kind, list[Array]] = {kind: [] for kind in lifters}
    truth: list[Array] = []
    for stamp, people, true in _images(scene, args):
        for kind, lifter in lifters.items():
            found = lifter(people[kind[0]], scene.camera.intrinsics, stamp)
            poses[kind].append(found[0].points if found and found[0].placed else _MISSING)
        truth.append(true)
    begin = round(_WARM_UP * args.rate)
    return {
        kind: Motion(np.array(rows[begin:]), np.array(truth[begin:]))
        for kind, rows in poses.items()
    }


def _images(
    scene: Scene, args: argparse.Namespace
) -> Iterator[tuple[float, Mapping[str, Sequence[Pose2D]], Array]]:
    """Stamp [s], the person's keypoints by their kind, and the true pose (17, 3) of each image."""
    detector: Detector = make_detector(DetectorSettings(max_people=1))
    tracker = Tracker(TrackerSettings())
    for stamp in np.arange(0.0, args.seconds, 1 / args.rate).tolist():
        frame = scene.frame(stamp)
        (person,) = frame.people
        detected = [replace(one, person_id=0) for one in detector(frame.image)]
        people = {
            EXACT: [replace(person.keypoints, person_id=0)],
            DETECTED: detected,
            TRACKED: tracker.update(detected, stamp),
        }
        yield stamp, people, person.pose.points


def _figures(motions: Sequence[Motion], rate: float) -> list[float]:
    """Figures in the order of the table."""
    aligned, roots = [one.aligned() for one in motions], [one.root() for one in motions]
    errors = np.concatenate([joint_errors(one.poses, one.truth).ravel() for one in motions])
    relative, placed = acceleration_error(aligned) * 1e3, acceleration_error(motions) * 1e3
    mean = float(np.nanmean(errors)) * 1e3 if np.isfinite(errors).any() else float("nan")
    accelerations = relative, relative * rate**2, placed, placed * rate**2
    return [mean, *accelerations, *delay(aligned), *delay(roots)]


def _cells(row: Sequence[float]) -> list[str]:
    digits = (1, 1, 0, 1, 0, 2, 2, 2, 2)
    return [f"{value:.{places}f}" for value, places in zip(row, digits, strict=True)]


if __name__ == "__main__":
    main()
