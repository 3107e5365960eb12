"""Results in Rerun: images with skeletons, people in the camera's frame, labels over time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.drawing.captions import Captions
from pose_action_ros.drawing.colours import colour_of
from pose_action_ros.errors import SettingError
from pose_action_ros.output.settings import VIEWER
from pose_action_ros.output.view_layout import TIME, blueprint
from pose_action_ros.output.web_viewer import GRPC_PORT, free_port, has_screen, page_address
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.recognition import ActionEstimate

if TYPE_CHECKING:
    from rerun.blueprint import Blueprint

APPLICATION = "pose_action_ros"
IMAGE = "image"
"""Timeline of the numbers of images."""
_JPEG_QUALITY = 80
_THIN, _WIDE = 0.012, 0.02  # [m] radii of bones and joints
_ABOVE_2D, _ABOVE_3D = 0.12, 0.25  # label over the highest joint: of the body's height, [m]
_PLANE = 0.6  # [m] from the camera to its image in 3D


class Results(Protocol):
    """The results for one image, such as a frame.Frame."""

    @property
    def index(self) -> int:
        """Number of the image."""

    @property
    def stamp(self) -> float:
        """Time of the image [s]."""

    @property
    def image(self) -> npt.NDArray[np.uint8] | None:
        """(H, W, 3) BGR without annotations; None if it is missing."""

    @property
    def intrinsics(self) -> Intrinsics:
        """Intrinsics of the camera."""

    @property
    def keypoints(self) -> Sequence[Pose2D]:
        """Keypoints of the people [px]."""

    @property
    def poses(self) -> Sequence[Pose3D]:
        """3D poses of the people [m]."""

    @property
    def actions(self) -> Sequence[ActionEstimate]:
        """New estimates, each for the image with its stamp."""


class View:
    """A recording of Rerun that grows image by image; docs/viewers.md lists its entities.

    All results come from one thread.

    Args:
        target: the path of an .rrd file, or "viewer": Rerun's viewer, or where there is no screen
            its web viewer.
        title: name of the recording.
        live: show the last minute and the latency of a stream without end.
        memory: most memory of the viewer, or of the server for a web viewer, such as "512MB"; the
            oldest data are dropped for new data. Empty for Rerun's defaults.

    Attributes:
        address: of the web viewer; empty without it.

    Raises:
        SettingError: rerun-sdk is missing, or the file cannot be written.
    """

    def __init__(self, target: str, title: str, *, live: bool = False, memory: str = "") -> None:
        try:
            import rerun  # noqa: PLC0415 - optional
        except ImportError as error:
            raise SettingError(
                f"view {target} needs Rerun ({error}); run: pip install rerun-sdk"
            ) from error
        self.address = ""
        self._rerun = rerun
        self._stream = rerun.RecordingStream(APPLICATION)
        self._open(target, blueprint(live=live), memory)
        self._stream.send_recording_name(title)
        self._stream.log("camera", rerun.ViewCoordinates.RDF, static=True)
        self._camera: Intrinsics | None = None
        self._has_image = False
        self._drawn: set[str] = set()
        self._captions = Captions()
        self._named: set[tuple[int, ...]] = set()
        self._labels: dict[tuple[int, ...], str] = {}

    def _open(self, target: str, layout: Blueprint, limit: str) -> None:
        if target != VIEWER:
            path = Path(target).expanduser()
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.open("wb").close()
            except OSError as error:
                raise SettingError(f"cannot write {path}: {error.strerror or error}") from error
            self._stream.save(path, default_blueprint=layout)
        elif has_screen():
            self._stream.spawn(default_blueprint=layout, memory_limit=limit or "75%")
        else:
            url = self._stream.serve_grpc(
                grpc_port=free_port(GRPC_PORT),
                default_blueprint=layout,
                server_memory_limit=limit or "1GiB",
            )
            self.address = page_address(url)

    def add(self, results: Results) -> None:
        """Show one image and its results."""
        for estimate in results.actions:
            now = estimate.stamp == results.stamp
            self._set_time(estimate.stamp, results.index if now else None)
            self._captions.add((estimate,), estimate.stamp)
            self._add_action(estimate)
        self._set_time(results.stamp, results.index)
        self._add_image(results.image)
        self._add_camera(results.intrinsics)
        labels = self._captions.at(results.stamp)
        drawn: set[str] = set()
        for person in results.keypoints:
            drawn |= self._add_keypoints(person, _text(person, labels))
        for pose in results.poses:
            drawn |= self._add_pose(pose, _text(pose, labels))
        for name in self._drawn - drawn:
            self._stream.log(name, self._rerun.Clear(recursive=True))
        self._drawn = drawn
        self._end_labels({person.person_id for person in results.keypoints})

    def add_latency(self, name: str, stamp: float, seconds: float) -> None:
        """Add to a plot the time [s] that something took after the image of this stamp [s]."""
        self._set_time(stamp)
        self._stream.log(f"latency/{name}", self._rerun.Scalars(1000 * seconds))

    def _set_time(self, stamp: float, index: int | None = None) -> None:
        """Set the time of the data that follow [s], and the number of their image, if known."""
        self._stream.set_time(TIME, duration=stamp)
        if index is None:
            self._stream.disable_timeline(IMAGE)
        else:
            self._stream.set_time(IMAGE, sequence=index)

    def _add_image(self, image: npt.NDArray[np.uint8] | None) -> None:
        encoded = self._rerun.EncodedImage
        if image is not None:
            quality = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
            jpeg = cv2.imencode(".jpg", image, quality)[1].tobytes()
            self._stream.log("camera/image", encoded(contents=jpeg, media_type="image/jpeg"))
        elif self._has_image:
            self._stream.log("camera/image", encoded.cleared())
        self._has_image = image is not None

    def _add_camera(self, camera: Intrinsics) -> None:
        """Add the intrinsics where they change."""
        if camera != self._camera:
            self._camera = camera
            pinhole = self._rerun.Pinhole(
                image_from_camera=camera.matrix,
                resolution=[camera.width, camera.height],
                camera_xyz=self._rerun.ViewCoordinates.RDF,
                image_plane_distance=_PLANE,
            )
            self._stream.log("camera/image", pinhole)

    def _add_keypoints(self, person: Pose2D, label: str) -> set[str]:
        """Draw a skeleton into the image; return its entity, none for a missing one."""
        rerun, name = self._rerun, f"camera/image/person_{person.person_id}"
        present = person.present
        if not present.any():
            return set()
        strips, colours = _bones(person)
        self._stream.log(f"{name}/bones", rerun.LineStrips2D(strips, colors=colours))
        points = rerun.Points2D(person.points[present], colors=_joint_colours(person))
        self._stream.log(f"{name}/joints", points)
        low, high = person.points[present].min(axis=0), person.points[present].max(axis=0)
        head = [(low[0] + high[0]) / 2, low[1] - _ABOVE_2D * (high[1] - low[1])]
        text = rerun.Points2D([head], radii=0.0, labels=[label], show_labels=True)
        self._stream.log(f"{name}/label", text)
        return {name}

    def _add_pose(self, person: Pose3D, label: str) -> set[str]:
        """Draw a skeleton in space; return its entity, none without a place."""
        rerun, name = self._rerun, f"camera/person_{person.person_id}"
        present = person.present
        if not (person.placed and present.any()):
            return set()
        strips, colours = _bones(person)
        bones = rerun.LineStrips3D(strips, colors=colours, radii=_THIN)
        self._stream.log(f"{name}/bones", bones)
        points = person.points[present]
        joints = rerun.Points3D(points, colors=_joint_colours(person), radii=_WIDE)
        self._stream.log(f"{name}/joints", joints)
        head = points[np.argmin(points[:, 1])] - [0, _ABOVE_3D, 0]  # y points down
        text = rerun.Points3D([head], radii=0.0, labels=[label], show_labels=True)
        self._stream.log(f"{name}/label", text)
        return {name}

    def _end_labels(self, people: set[int]) -> None:
        """End the labels of all other people."""
        for ids in [one for one in self._labels if not people.issuperset(one)]:
            del self._labels[ids]
            self._stream.log(f"labels/{_name(ids)}", self._rerun.StateChange(state=""))

    def _add_action(self, estimate: ActionEstimate) -> None:
        """Add the label where it changes, and all probabilities."""
        rerun, name = self._rerun, _name(estimate.person_ids)
        if self._labels.get(estimate.person_ids) != estimate.label:
            self._labels[estimate.person_ids] = estimate.label
            self._stream.log(f"labels/{name}", rerun.StateChange(state=estimate.label))
        if estimate.person_ids not in self._named:
            self._named.add(estimate.person_ids)
            names = rerun.SeriesLines(names=list(estimate.labels))
            self._stream.log(f"probabilities/{name}", names, static=True)
        self._stream.log(f"probabilities/{name}", rerun.Scalars(estimate.scores))

    def close(self) -> None:
        """Finish the file; a viewer goes on."""
        self._stream.flush()
        if not self.address:
            self._stream.disconnect()

    def wait(self) -> None:
        """Serve the web viewer until Ctrl-C."""
        with suppress(KeyboardInterrupt):
            Event().wait()
        self.disconnect()

    def disconnect(self) -> None:
        """End the server of the web viewer's data, too."""
        self._stream.disconnect()


def _text(person: Pose2D | Pose3D, labels: dict[int, str]) -> str:
    """Id and label of a person."""
    return f"#{person.person_id} {labels.get(person.person_id, '')}".rstrip()


def _name(ids: Sequence[int]) -> str:
    """Last part of the entities of a person, or of two together."""
    return "_".join(["person", *map(str, ids)])


def _bones(person: Pose2D | Pose3D) -> tuple[list[Any], list[Any]]:
    """Ends of each bone with both joints (2, D), and its colour (RGB)."""
    skeleton, present = person.skeleton, person.present
    pairs = [(parent, child) for parent, child in skeleton.bones if present[[parent, child]].all()]
    colours = [colour_of(skeleton, child)[::-1] for _, child in pairs]
    return [person.points[list(pair)] for pair in pairs], colours


def _joint_colours(person: Pose2D | Pose3D) -> list[Any]:
    """Colour (RGB) of each joint that is not missing."""
    joints = np.flatnonzero(person.present).tolist()
    return [colour_of(person.skeleton, joint)[::-1] for joint in joints]
