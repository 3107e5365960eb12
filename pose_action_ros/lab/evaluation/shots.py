"""Shots: one person before one camera over time, with the keypoints that a lifter gets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.datasets.person import INPUT_ROWS, OUTPUT_ROWS, standing_heights
from pose_action_ros.lab.evaluation.postures import floor_of, postures
from pose_action_ros.lab.evaluation.settings import LifterRun
from pose_action_ros.simulation import VirtualCamera

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.str_]
Generator = np.random.Generator

SIZE = (640, 480)  # of the images [px]
FIELDS = (50.0, 90.0)  # [degrees] of view, horizontal
_LONGEST = 10.0  # [s] of a shot
_ROOM = 1.0  # [m] least distance between the camera and any place of the person
_WHOLE = 2.15  # [m] from the floor to the raised hands of an adult


@dataclass(frozen=True, eq=False)
class Shot:
    """One person before one camera.

    Attributes:
        subject, action: of the motion.
        postures: (T,) see postures.
        stamps: (T,) [s].
        joints: (T, 17, 3) [m] true HUMAN36M_17 joints in the optical frame.
        defined: (17,) True for joints that count.
        height: [m] standing height of the person, from the bones.
        intrinsics: of the camera.
        keypoints: (T, 18, 3) x, y [px] and score of COCO-18 joints; NaN and 0 for a missing joint.
    """

    subject: str
    action: str
    postures: Labels
    stamps: Array
    joints: Array
    defined: Flags
    height: float
    intrinsics: Intrinsics
    keypoints: Array

    def __len__(self) -> int:
        return len(self.stamps)


@dataclass(frozen=True, eq=False)
class Take:
    """A piece of a recording and a camera in its world.

    Attributes:
        capture: the piece, at the rate of the images, with the floor at z = 0.
        camera: at rest, in the same world.
        seed: of random numbers for this take.
    """

    capture: Capture
    camera: VirtualCamera
    seed: tuple[int, int, int]

    def shot(self, keypoints: Array) -> Shot:
        """The shot with keypoints (T, 18, 3) of the take."""
        one = self.capture
        world = one.joints[:, OUTPUT_ROWS]
        return Shot(
            subject=one.subject,
            action=one.action,
            postures=postures(world),
            stamps=np.arange(len(world)) / one.rate,
            joints=self.camera.to_camera(world),
            defined=one.defined[OUTPUT_ROWS],
            height=float(np.median(standing_heights(one.joints))),
            intrinsics=self.camera.intrinsics,
            keypoints=keypoints,
        )

    def exact(self) -> Array:
        """(T, 18, 3) exact keypoints, also beyond the borders of the image."""
        return with_scores(self.camera.project(self.capture.joints[:, INPUT_ROWS]))


def with_scores(pixels: Array) -> Array:
    """Keypoints (T, J, 3) with score 1 from pixels (T, J, 2), NaN for a missing joint."""
    present = np.isfinite(pixels).all(axis=-1, keepdims=True)
    return np.concatenate([np.where(present, pixels, np.nan), present], axis=-1)


def takes_of(captures: Sequence[Capture], settings: LifterRun, most: int) -> Iterator[Take]:
    """Pieces of recordings before random cameras, at most about `most` images in total.

    Pieces are chosen evenly from all subjects and actions.

    Raises:
        SettingError: a limit of the cameras' places is on the wrong side of the other.
    """
    settings.check_limits()
    pieces = [piece for one in captures for piece in _pieces(one, settings.rate)]
    images = 0
    for number in _even_order(pieces, np.random.default_rng(settings.seed)):
        for camera in range(settings.cameras):
            if images >= most:
                return
            seed = (settings.seed, number, camera)
            view = random_camera(pieces[number], settings, np.random.default_rng(seed))
            images += len(pieces[number].joints)
            yield Take(pieces[number], view, seed)


def _pieces(capture: Capture, rate: float) -> list[Capture]:
    """A recording at about the rate [Hz], floor at z = 0, in equal parts of at most _LONGEST."""
    every = max(1, round(capture.rate / rate))
    joints, rate = capture.joints[::every], capture.rate / every
    joints = joints - [0.0, 0.0, floor_of(joints)]
    count = -(-len(joints) // max(1, int(_LONGEST * rate)))
    return [replace(capture, joints=part, rate=rate) for part in np.array_split(joints, count)]


def _even_order(pieces: Sequence[Capture], rng: Generator) -> list[int]:
    """All numbers of pieces: one of each subject and action, then a second, and so on."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number in rng.permutation(len(pieces)).tolist():
        groups.setdefault((pieces[number].subject, pieces[number].action), []).append(number)
    rounds = [(turn, number) for group in groups.values() for turn, number in enumerate(group)]
    return [number for _, number in sorted(rounds, key=lambda pair: pair[0])]


def random_camera(capture: Capture, settings: LifterRun, rng: Generator) -> VirtualCamera:
    """Draw a robot's camera on any side of a person, aimed at the middle of all the places.

    It is far enough for a standing person to fit into the image, and never closer than _ROOM.
    """
    joints = capture.joints
    middle = joints.mean(axis=(0, 1))
    lens = Intrinsics.from_field_of_view(*SIZE, rng.uniform(*FIELDS))
    reach = float(np.linalg.norm((joints - middle)[..., :2], axis=-1).max())
    drawn = np.exp(rng.uniform(np.log(settings.nearest), np.log(settings.farthest)))
    away = max(drawn, _WHOLE * lens.fy / SIZE[1], reach + _ROOM)
    around = rng.uniform(-np.pi, np.pi)
    place = middle + away * np.array([np.cos(around), np.sin(around), 0.0])
    place[2] = rng.uniform(settings.lowest, settings.highest)
    return VirtualCamera.looking_at(
        place, middle + rng.normal(0, 0.08, 3), lens, rng.normal(0, 2.0)
    )
