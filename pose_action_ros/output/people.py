"""The people of one take: everybody's poses, and who of them is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from pose_action_ros.pipeline import Frame
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.recording import PoseRecording
from pose_action_ros.skeletons import COCO_18


@dataclass
class Track:
    """What was seen of one person.

    Attributes:
        person_id: the tracker's number.
        stamps: of the images with a pose [s], rising.
        poses: as many.
        size: sum of the person's heights in them [px]: who is large, and for long, is filmed.
        joints: sum of the parts of the body's joints that were seen in them, 0 to 1 each.
    """

    person_id: int
    stamps: list[float] = field(default_factory=list)
    poses: list[Pose3D] = field(default_factory=list)
    size: float = 0.0
    joints: float = 0.0

    def add(self, stamp: float, keypoints: Pose2D, pose: Pose3D) -> None:
        """Remember a pose, unless there is none, or one of that time already."""
        box = keypoints.box()
        late = bool(self.stamps) and stamp <= self.stamps[-1]
        if late or box is None or not pose.present.any():
            return
        self.stamps.append(stamp)
        self.poses.append(pose)
        self.size += box[3] - box[1]
        # Not those of the pose: a lifter guesses joints that are not in the image.
        self.joints += keypoints.to(COCO_18).present.mean()

    @property
    def seconds(self) -> float:
        """From the first to the last pose [s]."""
        return self.stamps[-1] - self.stamps[0]

    def recording(self, label: str, source: str, rate: float) -> PoseRecording:
        """As a recording, placed when all of its poses are.

        Raises:
            InputError: there are fewer than two poses.
        """
        placed = all(pose.placed for pose in self.poses)
        points = np.stack([pose.points for pose in self.poses])  # (T, J, 3)
        skeleton = self.poses[0].skeleton
        if not placed:
            points = points - points[:, [skeleton.root]]
        return PoseRecording(
            skeleton=skeleton,
            stamps=np.array(self.stamps),
            points=points,
            scores=np.stack([pose.scores for pose in self.poses]),
            label=label,
            person_id=self.person_id,
            source=source,
            placed=placed,
            rate=rate,
        )


class People:
    """Everybody who was seen."""

    def __init__(self) -> None:
        self._tracks: dict[int, Track] = {}

    def add(self, stamp: float, frame: Frame) -> None:
        """Remember the people of an image who could be lifted."""
        for person in frame.people:
            track = self._tracks.setdefault(person.id, Track(person.id))
            track.add(stamp, person.keypoints, person.pose)

    def tracks(self) -> list[Track]:
        """Who has poses, the largest and longest seen first."""
        seen = [track for track in self._tracks.values() if track.poses]
        return sorted(seen, key=lambda track: -track.size)


def chosen(
    tracks: Sequence[Track], min_seconds: float, *, everybody: bool
) -> tuple[list[Track], list[str]]:
    """Who is recorded, and a few words about each of the others.

    Args:
        tracks: the largest first.
        min_seconds: how long somebody must be there [s].
        everybody: not the first of them alone.
    """
    kept: list[Track] = []
    others: list[str] = []
    for track in tracks:
        who = f"person {track.person_id}"
        if len(track.poses) < 2 or track.seconds < min_seconds:
            others.append(f"{who} (there for {track.seconds:.1f} s)")
        elif kept and not everybody:
            others.append(f"{who} (smaller or shorter, {track.seconds:.1f} s)")
        else:
            kept.append(track)
    return kept, others


def listed(words: Iterable[str], most: int = 5) -> str:
    """The first few of them in one line, and how many more there are."""
    every = list(words)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more
