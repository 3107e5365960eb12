"""Node of the demo: it receives all topics, draws the people and compares them with the truth."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.time import Time
from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image as ImageMessage

from pose_action_ros.camera import Intrinsics
from pose_action_ros.drawing import draw_caption, draw_people
from pose_action_ros.drawing.captions import Captions
from pose_action_ros.messages.camera_info import calibration
from pose_action_ros.msg import Action, Keypoints, Poses
from pose_action_ros.nodes.conversions import (
    estimate_from_action,
    people_from_keypoints,
    people_from_poses,
)
from pose_action_ros.nodes.images import image_from
from pose_action_ros.nodes.stamps import Timeline
from pose_action_ros.nodes.topics import subscribe
from pose_action_ros.output.segments import Segment, Segments
from pose_action_ros.output.video import VideoFile
from pose_action_ros.recognition import ActionEstimate
from pose_action_ros.simulation.comparison import TruthScore

_WAITING_IMAGES = 20
"""Capacity for images without keypoints yet: two thirds of a second of a usual camera."""
_WAITING_PARTS = 300
"""Capacity for stamps of which keypoints, poses or truth are still missing."""


class Observer(Node):
    """Collects the results of a run.

    Args:
        path: of the annotated video.
        rate: images per second of the camera.
        show: called with a line of text for each change of an action.

    Attributes:
        counts: messages received, by topic.
        score: against the truth of a simulated camera.
        segments: actions with person, begin and end; complete after `finish`.
        latencies: from the stamp of an image to the arrival of its action [s].
    """

    def __init__(self, path: Path, rate: float, show: Callable[[str], None]) -> None:
        super().__init__("demo")
        self.counts = dict.fromkeys(("image", "keypoints", "poses", "action"), 0)
        self.score = TruthScore()
        self.segments: list[Segment] = []
        self.latencies: list[float] = []
        self._show = show
        self._timeline, self._begin = Timeline(), float("nan")
        self._merging, self._captions = Segments(), Captions()
        self._video = VideoFile(path, rate)
        # Encoding in the callback would delay the messages: images would be lost.
        self._encoder = ThreadPoolExecutor(1, "encoder")
        self._writing: deque[Future[None]] = deque()
        self._images: OrderedDict[float, ImageMessage] = OrderedDict()
        self._parts: OrderedDict[float, dict[str, Any]] = OrderedDict()
        self._camera: Intrinsics | None = None
        self._true: dict[int, str] = {}
        self._labels: dict[int, str] = {}
        self._spinner = SingleThreadedExecutor()
        self._spinner.add_node(self)
        self._subscribe()

    def _subscribe(self) -> None:
        for kind, topic, callback, depth in (
            (ImageMessage, "image", self._on_image, 10),
            (CameraInfo, "camera_info", self._on_camera_info, 5),
            (Keypoints, "keypoints", self._on_keypoints, 30),
            (Poses, "poses", self._on_poses, 30),
            (Action, "action", self._on_action, 30),
            (Keypoints, "camera_node/truth/keypoints", self._on_true_keypoints, 30),
            (Poses, "camera_node/truth/poses", self._on_true_poses, 30),
            (Action, "camera_node/truth/action", self._on_true_action, 30),
        ):
            subscribe(self, kind, topic, callback, depth=depth)

    def _seconds(self, message: Any) -> float:
        """Stamp of a message [s] since the first message."""
        seconds = self._timeline.seconds(message.header.stamp)
        if np.isnan(self._begin):
            self._begin = seconds
        return seconds - self._begin

    def _on_image(self, message: ImageMessage) -> None:
        self.counts["image"] += 1
        self._images[self._seconds(message)] = message
        _shorten(self._images, _WAITING_IMAGES)

    def _on_camera_info(self, message: CameraInfo) -> None:
        self._camera = calibration(message, (message.width, message.height)).intrinsics

    def _on_keypoints(self, message: Keypoints) -> None:
        self.counts["keypoints"] += 1
        stamp, people = self._seconds(message), people_from_keypoints(message)
        self._join(stamp, "keypoints", people)
        image = self._images.pop(stamp, None)
        if image is not None:
            picture: npt.NDArray[np.uint8] = image_from(image).copy()
            draw_people(picture, people, self._captions.at(stamp))
            draw_caption(picture, [f"true: {label}" for label in self._true.values()])
            self._write(picture, max(stamp, 0.0))

    def _write(self, picture: npt.NDArray[np.uint8], stamp: float) -> None:
        """Hand a picture to the encoder; if too many wait, the video repeats the one before."""
        while self._writing and self._writing[0].done():
            self._writing.popleft().result()
        if len(self._writing) < _WAITING_IMAGES:
            self._writing.append(self._encoder.submit(self._video.add, picture, stamp))

    def _on_poses(self, message: Poses) -> None:
        self.counts["poses"] += 1
        self._join(self._seconds(message), "poses", people_from_poses(message))

    def _on_true_keypoints(self, message: Keypoints) -> None:
        self._join(self._seconds(message), "true_keypoints", people_from_keypoints(message))

    def _on_true_poses(self, message: Poses) -> None:
        self._join(self._seconds(message), "true_poses", people_from_poses(message))

    def _join(self, stamp: float, name: str, people: Any) -> None:
        """Compare the people of an image with the truth once all parts have arrived."""
        parts = self._parts.setdefault(stamp, {})
        parts[name] = people
        if len(parts) == 4 and self._camera is not None:
            found = parts["keypoints"], parts["poses"]
            truth = parts["true_keypoints"], parts["true_poses"]
            self.score.add_image(found, truth, self._camera)
            del self._parts[stamp]
        _shorten(self._parts, _WAITING_PARTS)

    def _on_true_action(self, message: Action) -> None:
        stamp = self._seconds(message)
        for person in message.person_ids:
            self.score.add_truth(stamp, person, message.label)
            self._true[person] = message.label

    def _on_action(self, message: Action) -> None:
        self.counts["action"] += 1
        age = self.get_clock().now() - Time.from_msg(message.header.stamp)
        self.latencies.append(age.nanoseconds / 1e9)
        stamp = self._seconds(message)
        start = self._timeline.seconds(message.window_start) - self._begin
        answer = estimate_from_action(message, stamp, start)
        self._captions.add((answer,), stamp)
        self.segments += self._merging.add((answer,), stamp)
        for person in answer.person_ids:
            self.score.add_answer(stamp, person, answer.label, answer.labels)
            if self._labels.get(person) != answer.label:
                self._labels[person] = answer.label
                self._show_change(stamp, person, answer)

    def _show_change(self, stamp: float, person: int, answer: ActionEstimate) -> None:
        line = f"{stamp:7.1f} s  person {person}  {answer.label:<14} {answer.score:.2f}"
        true = next(iter(self._true)) if len(self._true) == 1 else self.score.true_person(person)
        self._show(line if true is None else f"{line}   true: {self._true.get(true, '')}")

    def receive(self, seconds: float = 0.1) -> None:
        """Process one message, if one arrives within a time [s]."""
        self._spinner.spin_once(timeout_sec=seconds)

    def finish(self) -> None:
        """Close the video and the open segments."""
        self._encoder.shutdown()
        self._video.close()
        for written in self._writing:
            written.result()  # raises the error of the encoder
        self.segments += self._merging.finish()


def _shorten(waiting: OrderedDict[float, Any], length: int) -> None:
    """Drop the oldest items beyond `length`."""
    while len(waiting) > length:
        waiting.popitem(last=False)


@contextmanager
def observing(path: Path, rate: float, show: Callable[[str], None]) -> Iterator[Observer]:
    """Initialise ROS without signal handlers, provide an Observer, and finish it at the end."""
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    try:
        observer = Observer(path, rate, show)
        try:
            yield observer
        finally:
            observer.finish()
    finally:
        rclpy.try_shutdown()


def without_ros_arguments(words: Sequence[str]) -> list[str]:
    """Command line without the arguments of ROS."""
    return list(remove_ros_args(list(words)))
