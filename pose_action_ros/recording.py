"""Recordings: the keypoints and 3D poses of people over time.

They have one row for each person in each image: K rows, J2 joints of the keypoints, J3 joints of
the poses. Missing joints are NaN with score 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.arrays import read_arrays
from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.lens import COUNTS, FISHEYE_COUNTS
from pose_action_ros.pose_tracks import LabelledSpan, PoseTrack
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.recording_file import (
    COEFFICIENTS,
    FILE_NAME,
    KINDS,
    RecordingWriter,
    fields_of,
    row_shapes,
)
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17, Skeleton

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.floating]
"""Single precision."""
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """All people of one source over time: the content of a file. Its arrays are read-only.

    Attributes:
        frames: (K,) index of the image.
        stamps: (K,) time of the image [s].
        people: (K,) id of the person.
        people_scores: (K,) confidence of the detector, 0 to 1.
        placed: (K,) True: poses are positions in the camera frame, False: offsets from the root.
        keypoints: (K, J2, 3) x, y [px] and score.
        poses: (K, J3, 4) x, y, z [m], optical frame, and score.
        intrinsics: (K, 6) width, height, fx, fy, cx, cy [px]; NaN if unknown.
        distortion: (K, 14) coefficients of the lens in OpenCV's order.
        fisheye: (K,) True: they are those of OpenCV's fisheye model.
        keypoint_skeleton, pose_skeleton: joint orders.
        source: name of the file or camera, without folders.
        rate: images per second of the source; None if unknown.
        spans: the labelled spans.

    Raises:
        InputError: shapes or types do not fit, stamps are not finite, or a labelled span is of a
            person without rows.
    """

    frames: Numbers
    stamps: Array
    people: Numbers
    people_scores: Floats
    placed: npt.NDArray[np.bool_]
    keypoints: Floats
    poses: Floats
    intrinsics: Array
    distortion: Array
    fisheye: npt.NDArray[np.bool_]
    keypoint_skeleton: Skeleton = BODY_25
    pose_skeleton: Skeleton = HUMAN36M_17
    source: str = ""
    rate: float | None = None
    spans: tuple[LabelledSpan, ...] = ()

    def __post_init__(self) -> None:
        shapes = row_shapes(self.keypoint_skeleton, self.pose_skeleton)
        for name, kind in KINDS.items():
            array = np.asarray(getattr(self, name))
            expected = (np.shape(self.frames)[:1] or (0,)) + shapes.get(name, ())
            if array.shape != expected or not np.can_cast(array.dtype, kind, "same_kind"):
                raise InputError(
                    f"got {name} of shape {array.shape} and type {array.dtype}, expected "
                    f"{expected} and {np.dtype(kind)}"
                )
            copied = array.astype(kind)
            if name in ("keypoints", "poses"):
                missing = ~np.isfinite(copied).all(axis=-1) | ~(copied[..., -1] > 0)
                copied[missing] = [np.nan] * (copied.shape[-1] - 1) + [0]
                np.minimum(copied[..., -1], 1, out=copied[..., -1])
            copied.flags.writeable = False
            object.__setattr__(self, name, copied)
        if not np.isfinite(self.stamps).all():
            raise InputError("got stamps that are not numbers, expected seconds")
        spans = tuple(replace(s, person_id=self._check_person(s.person_id)) for s in self.spans)
        object.__setattr__(self, "spans", spans)

    def __len__(self) -> int:
        return len(self.frames)

    def __str__(self) -> str:
        times = f"{self.stamps.min():.1f} to {self.stamps.max():.1f} s, " if len(self) else ""
        labels = ", ".join(dict.fromkeys(span.label for span in self.spans)) or "no labels"
        source = self.source or "unknown source"
        return f"{source}: {len(self.ids)} people, {times}{len(self)} poses, {labels}"

    def __repr__(self) -> str:
        return f"<Recording of {self}>"

    @classmethod
    def from_tracks(cls, tracks: Sequence[PoseTrack]) -> Recording:
        """A recording without keypoints, each track labelled over its whole time.

        Args:
            tracks: of one source and skeleton.

        Raises:
            InputError: no tracks, or of several skeletons.
        """
        if len({track.skeleton for track in tracks}) != 1:
            raise InputError(f"got {len(tracks)} tracks, expected at least one, of one skeleton")
        count, skeleton = sum(len(track) for track in tracks), tracks[0].skeleton
        return cls(
            frames=np.concatenate([np.arange(len(track)) for track in tracks]),
            stamps=np.concatenate([track.stamps for track in tracks]),
            people=np.concatenate([np.full(len(track), track.person_id) for track in tracks]),
            people_scores=np.ones(count),
            placed=np.concatenate([np.full(len(track), track.placed) for track in tracks]),
            keypoints=np.zeros((count, len(BODY_25), 3)),
            poses=np.concatenate([np.dstack([track.points, track.scores]) for track in tracks]),
            intrinsics=np.full((count, 6), np.nan),
            distortion=np.zeros((count, COEFFICIENTS)),
            fisheye=np.zeros(count, np.bool_),
            pose_skeleton=skeleton,
            source=tracks[0].source,
            rate=tracks[0].rate,
            spans=tuple(
                LabelledSpan(
                    track.person_id,
                    max(track.stamps[0], track.begin),
                    track.stamps[-1],
                    track.label,
                )
                for track in tracks
                if track.label
            ),
        )

    @property
    def ids(self) -> tuple[int, ...]:
        """Ids of all people, rising."""
        return tuple(np.unique(self.people).tolist())

    def _check_person(self, person_id: int | None) -> int:
        """The id, or that of the only person; InputError lists the ids."""
        if person_id is None and len(self.ids) == 1:
            return self.ids[0]
        if person_id is None or person_id not in self.ids:
            got = "no person" if person_id is None else f"person {person_id}"
            ids = ", ".join(f"{each} ({self._times(each)})" for each in self.ids) or "none"
            raise InputError(f"got {got}, expected one of the people of the recording: {ids}")
        return person_id

    def _times(self, person: int) -> str:
        """First and last stamp of a person, human-readable."""
        stamps = self.stamps[self.people == person]
        return f"{stamps.min():.1f} to {stamps.max():.1f} s"

    def keypoints_at(self, row: int) -> Pose2D:
        """The keypoints of one row."""
        values, score = self.keypoints[row], float(self.people_scores[row])
        person = int(self.people[row])
        return Pose2D(self.keypoint_skeleton, values[:, :2], values[:, 2], person, score)

    def pose_at(self, row: int) -> Pose3D:
        """The pose of one row."""
        values, placed = self.poses[row], bool(self.placed[row])
        return Pose3D(
            self.pose_skeleton, values[:, :3], values[:, 3], int(self.people[row]), placed
        )

    def camera_at(self, row: int) -> Intrinsics | None:
        """The intrinsics of one row; None if unknown."""
        if np.isnan(self.intrinsics[row]).any():
            return None
        width, height, fx, fy, cx, cy = self.intrinsics[row].tolist()
        used, fisheye = np.flatnonzero(self.distortion[row]), bool(self.fisheye[row])
        needed = int(used[-1]) + 1 if len(used) else 0
        counts = FISHEYE_COUNTS if fisheye else COUNTS
        count = next((count for count in counts if count >= needed), needed)
        distortion = tuple(self.distortion[row, :count].tolist())
        return Intrinsics(int(width), int(height), fx, fy, cx, cy, distortion, fisheye)

    def track(
        self,
        person_id: int | None = None,
        start: float = -inf,
        end: float = inf,
        label: str = "",
        lead: float = 0.0,
    ) -> PoseTrack:
        """The poses of one person from start to end, placed if all of them are.

        Args:
            person_id: of the person; None for the only person.
            start: first stamp [s].
            end: last stamp [s].
            label: of the track; empty for none.
            lead: time before the start from which there are poses, too [s].

        Raises:
            InputError: no such person, or fewer than two poses from start to end.
        """
        person = self._check_person(person_id)
        count = len(self._rows(person, start, end))
        rows = self._rows(person, start - lead, end)
        if count < 2:
            raise InputError(
                f"got {count} poses of person {person} from {start} s to {end} s, expected at "
                f"least 2; images show this person from {self._times(person)}"
            )
        poses, placed = self.poses[rows].astype(np.float64), self.placed[rows]
        points = poses[..., :3]
        if not placed.all():
            offsets = points - points[:, [self.pose_skeleton.root]]
            points = np.where(placed[:, None, None], offsets, points)
        return PoseTrack(
            self.pose_skeleton,
            self.stamps[rows],
            points,
            poses[..., 3],
            label,
            person,
            self.source,
            bool(placed.all()),
            self.rate,
            start if lead else -inf,
        )

    def _rows(self, person: int, start: float = -inf, end: float = inf) -> Numbers:
        """Rows of one person with a pose; rows with a repeated stamp are left out."""
        inside = (self.stamps >= start) & (self.stamps <= end)
        present = (self.poses[..., 3] > 0).any(axis=1)
        rows = np.flatnonzero(inside & present & (self.people == person))
        newest = np.maximum.accumulate(self.stamps[rows])
        return rows[np.diff(newest, prepend=-inf) > 0]

    def tracks(self) -> list[PoseTrack]:
        """The unlabelled track of each person with at least two poses."""
        return [self.track(person) for person in self.ids if len(self._rows(person)) > 1]

    def labelled(self, lead: float = 0.0) -> list[PoseTrack]:
        """The track of each labelled span, with the poses of a time before it [s].

        Raises:
            InputError: a span with fewer than two poses.
        """
        return [
            self.track(span.person_id, span.start, span.end, span.label, lead)
            for span in self.spans
        ]

    def save(self, path: str | Path) -> None:
        """Write the file as a whole; an older one is replaced.

        Raises:
            SettingError: the name does not end in .npz, or the file cannot be written.
        """
        writer = RecordingWriter(path, self.source, self.rate)
        rows = {name: getattr(self, name) for name in KINDS}
        writer.add_rows(rows, self.keypoint_skeleton, self.pose_skeleton)
        writer.close(self.spans)


def load_recording(path: str | Path) -> Recording:
    """Read the file of a recording, or the one in an output folder of `pose-action process`.

    Raises:
        InputError: it is missing, damaged, no recording, of another version, of an unknown
            skeleton, or its arrays do not fit; names the file.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        path = path / FILE_NAME
    try:
        return Recording(**fields_of(read_arrays(path)))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (TypeError, ValueError) as error:
        reason = f"an array has a wrong type ({error}); record it again"
        raise InputError(f"{path}: {reason}") from error
