"""Results in Rerun: images with skeletons, people in the camera's frame, labels over time."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import cv2
import numpy as np

from pose_action_ros.camera import Intrinsics
from pose_action_ros.drawing.captions import Captions
from pose_action_ros.drawing.colours import colour_of
from pose_action_ros.errors import SettingError
from pose_action_ros.output.settings import VIEWER
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.recognition import ActionEstimate

if TYPE_CHECKING:
    from rerun.blueprint import Blueprint

    from pose_action_ros.pipeline import Frame

APPLICATION = "pose_action_ros"
TIME, IMAGE = "time", "image"
"""Timelines: the stamp [s] and the number of an image."""
_JPEG_QUALITY = 80
_THIN, _WIDE = 0.012, 0.02  # [m] radii of bones and joints
_ABOVE_2D, _ABOVE_3D = 0.12, 0.25  # label over the highest joint: of the body's height, [m]
_PLANE = 0.6  # [m] from the camera to its image in 3D
_EYE, _TARGET, _UP = (-1.5, -1.2, -1.2), (0.2, 0.2, 3.0), (0.0, -1.0, 0.0)
_GRPC_PORT, _WEB_PORT = 9876, 9090


class View:
    """A recording of Rerun that grows image by image; docs/viewers.md lists its entities.

    Args:
        target: the path of an .rrd file, or "viewer": Rerun's viewer, or where there is no screen
            its web viewer.
        title: name of the recording.

    Attributes:
        address: of the web viewer; empty without it.

    Raises:
        SettingError: rerun-sdk is missing, or the file cannot be written.
    """

    def __init__(self, target: str, title: str) -> None:
        try:
            import rerun  # noqa: PLC0415 - optional
        except ImportError as error:
            raise SettingError(
                f"view {target} needs Rerun ({error}); run: pip install rerun-sdk"
            ) from error
        self.address = ""
        self._rerun = rerun
        self._stream = rerun.RecordingStream(APPLICATION)
        self._open(target)
        self._stream.send_recording_name(title)
        self._stream.log("camera", rerun.ViewCoordinates.RDF, static=True)
        self._camera: Intrinsics | None = None
        self._people: set[int] = set()
        self._captions = Captions()
        self._named: set[tuple[int, ...]] = set()
        self._labels: dict[tuple[int, ...], str] = {}

    def _open(self, target: str) -> None:
        if target != VIEWER:
            path = Path(target).expanduser()
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.open("wb").close()
            except OSError as error:
                raise SettingError(f"cannot write {path}: {error.strerror or error}") from error
            self._stream.save(path, default_blueprint=blueprint())
        elif has_screen():
            self._stream.spawn(default_blueprint=blueprint())
        else:
            self._serve()

    def _serve(self) -> None:
        """Start the web viewer, and the server of its data."""
        data, page = _free_port(_GRPC_PORT), _free_port(_WEB_PORT)
        url = self._stream.serve_grpc(grpc_port=data, default_blueprint=blueprint())
        self._rerun.serve_web_viewer(web_port=page, open_browser=False)
        data_url = quote(url.replace("127.0.0.1", "localhost"), safe="")
        self.address = f"http://localhost:{page}?url={data_url}"

    def add(self, frame: Frame) -> None:
        """Show one image, without annotations, and its results."""
        assert frame.image is not None
        self._stream.set_time(TIME, duration=frame.stamp)
        self._stream.set_time(IMAGE, sequence=frame.index)
        self._captions.add(frame.actions, frame.stamp)
        self._add_image(frame.image, frame.intrinsics)
        labels = self._captions.at(frame.stamp)
        for person in frame.people:
            label = f"#{person.id} {labels.get(person.id, '')}".rstrip()
            self._add_keypoints(person.keypoints, label)
            self._add_pose(person.pose, label)
        self._clear({person.id for person in frame.people})
        for estimate in frame.actions:
            self._add_action(estimate)

    def _add_image(self, image: np.ndarray[Any, Any], camera: Intrinsics) -> None:
        rerun = self._rerun
        jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1].tobytes()
        encoded = rerun.EncodedImage(contents=jpeg, media_type="image/jpeg")
        self._stream.log("camera/image", encoded)
        if camera != self._camera:
            self._camera = camera
            pinhole = rerun.Pinhole(
                image_from_camera=camera.matrix,
                resolution=[camera.width, camera.height],
                camera_xyz=rerun.ViewCoordinates.RDF,
                image_plane_distance=_PLANE,
            )
            self._stream.log("camera/image", pinhole)

    def _add_keypoints(self, person: Pose2D, label: str) -> None:
        rerun, name = self._rerun, f"camera/image/person_{person.person_id}"
        present = person.present
        if not present.any():
            self._stream.log(name, rerun.Clear(recursive=True))
            return
        strips, colours = _bones(person)
        self._stream.log(f"{name}/bones", rerun.LineStrips2D(strips, colors=colours))
        points = rerun.Points2D(person.points[present], colors=_joint_colours(person))
        self._stream.log(f"{name}/joints", points)
        low, high = person.points[present].min(axis=0), person.points[present].max(axis=0)
        head = [(low[0] + high[0]) / 2, low[1] - _ABOVE_2D * (high[1] - low[1])]
        text = rerun.Points2D([head], radii=0.0, labels=[label], show_labels=True)
        self._stream.log(f"{name}/label", text)

    def _add_pose(self, person: Pose3D, label: str) -> None:
        rerun, name = self._rerun, f"camera/person_{person.person_id}"
        present = person.present
        if not (person.placed and present.any()):
            self._stream.log(name, rerun.Clear(recursive=True))
            return
        strips, colours = _bones(person)
        bones = rerun.LineStrips3D(strips, colors=colours, radii=_THIN)
        self._stream.log(f"{name}/bones", bones)
        points = person.points[present]
        joints = rerun.Points3D(points, colors=_joint_colours(person), radii=_WIDE)
        self._stream.log(f"{name}/joints", joints)
        head = points[np.argmin(points[:, 1])] - [0, _ABOVE_3D, 0]  # y points down
        text = rerun.Points3D([head], radii=0.0, labels=[label], show_labels=True)
        self._stream.log(f"{name}/label", text)

    def _clear(self, people: set[int]) -> None:
        """Remove the people of the last image that are not in this one."""
        for person in self._people - people:
            for name in (f"camera/image/person_{person}", f"camera/person_{person}"):
                self._stream.log(name, self._rerun.Clear(recursive=True))
            for ids in [one for one in self._labels if person in one]:
                del self._labels[ids]
                self._stream.log(f"labels/{_name(ids)}", self._rerun.StateChange(state=""))
        self._people = people

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
        self._stream.disconnect()


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


def has_screen() -> bool:
    """True if a window can be opened."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _free_port(preferred: int) -> int:
    """The preferred port, or another one if it is in use."""
    for port in (preferred, 0):
        with socket.socket() as one, suppress(OSError):
            one.bind(("", port))
            return int(one.getsockname()[1])
    raise SettingError("view: this machine has no free port")


def blueprint() -> Blueprint:
    """The layout of the viewer."""
    from rerun import blueprint as layout  # noqa: PLC0415 - optional

    eye = layout.EyeControls3D(position=_EYE, look_target=_TARGET, eye_up=_UP)
    space = layout.Horizontal(
        layout.Spatial2DView(origin="camera/image", name="Image"),
        layout.Spatial3DView(origin="camera", name="People [m]", eye_controls=eye),
    )
    return layout.Blueprint(
        layout.Vertical(
            space,
            layout.StateTimelineView(origin="labels", name="Labels"),
            layout.TimeSeriesView(origin="probabilities", name="Probabilities"),
            row_shares=[8, 3, 4],
        ),
        layout.TimePanel(timeline=TIME, state="collapsed"),
        layout.SelectionPanel(state="collapsed"),
        layout.BlueprintPanel(state="collapsed"),
    )
