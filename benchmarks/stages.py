"""Cost of each stage for one image of 640x480 with one simulated person."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from time import perf_counter, process_time
from typing import Any

from pose_action_ros.msg import Keypoints, Poses
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header

from benchmarks.measuring import Clock, Row, metered
from pose_action_ros.camera import Intrinsics
from pose_action_ros.detection import Detector, make_detector
from pose_action_ros.drawing import draw_people
from pose_action_ros.lifting import Lifter
from pose_action_ros.nodes import conversions
from pose_action_ros.nodes.images import image_from, image_message
from pose_action_ros.pipeline_settings import PipelineSettings
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.recognition import ActionEstimate, Recogniser
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17
from pose_action_ros.sources import SourceFrame, SourceSettings, open_source
from pose_action_ros.tracking import Tracker

RATE = 30.0
NETWORK = "2D network"
DUE = "motion image and classifier, when due"
OURS = (
    "image message to array",
    "crops and decoding",
    "tracker",
    "keypoints message, both ways",
    "lifter with its network",
    "poses message, both ways",
    "window of poses",
    DUE,
    "action message",
)
"""All steps from the image to /action except the 2D network, in order."""
APART = ("simulated image", "image to message", "image message through DDS's format", "overlay")
"""Steps that are not between image and /action, or only on demand."""
_WARM_UP = 20


def measure_stages(images: int) -> dict[str, Any]:
    """Times by stage [ms], and their sums without the 2D network."""
    clock = Clock()
    settings = PipelineSettings()
    with metered() as meter:
        bench = Bench(settings, clock, make_detector(settings))
        for frame, camera in _film(images + _WARM_UP, clock):
            if frame.index == _WARM_UP:
                bench.clock = Clock()
            bench.image(frame, camera, meter.read)
    rows = {name: bench.clock.row(name) for name in (NETWORK, *OURS, *APART[1:])}
    rows[APART[0]] = clock.row(APART[0])
    return {"rows": rows, **_sums(rows, settings.stride)}


def _sums(rows: dict[str, Row], stride: float) -> dict[str, float]:
    """Processor time [ms] for an image with an answer, and on average."""
    whole = sum(rows[name]["cpu_p50"] for name in OURS)
    rare = sum(rows[name]["cpu_p50"] for name in (DUE, "action message"))
    return {"sum_with_answer": whole, "sum_average": whole - rare * (1 - 1 / (stride * RATE))}


def _film(images: int, clock: Clock) -> Iterator[tuple[SourceFrame, Intrinsics]]:
    """Yield simulated images with their camera; rendering is measured, too."""
    source = open_source(SourceSettings(rate=RATE, seconds=(images - 0.5) / RATE))
    assert source.intrinsics is not None
    wall, cpu = perf_counter(), process_time()
    for frame in source:
        clock.add(APART[0], perf_counter() - wall, process_time() - cpu)
        yield frame, source.intrinsics
        wall, cpu = perf_counter(), process_time()


class Bench:
    """The stages with a clock around each.

    Attributes:
        clock: for the times.
    """

    def __init__(self, settings: PipelineSettings, clock: Clock, detector: Detector) -> None:
        self.clock = clock
        self._detector, self._tracker = detector, Tracker(settings)
        self._lifter, self._recogniser = Lifter(settings), Recogniser(settings)

    def image(self, frame: SourceFrame, camera: Intrinsics, meter: Any) -> None:
        """Process one image with all stages."""
        image = self._image_messages(frame)
        people = self._detect(image, meter)
        tracked = self.clock.time("tracker", lambda: self._tracker.update(people, frame.stamp))
        received = self.clock.time(OURS[3], lambda: _keypoints_there_and_back(tracked))
        poses = self.clock.time(OURS[4], lambda: self._lifter(received, camera, frame.stamp))
        back = self.clock.time(OURS[5], lambda: _poses_there_and_back(poses))
        self._recognise(back, frame.stamp)
        self.clock.time("overlay", lambda: draw_people(frame.image, tracked, {0: "walking 0.99"}))

    def _image_messages(self, frame: SourceFrame) -> Any:
        message = self.clock.time(APART[1], lambda: image_message(frame.image, Header()))
        received = self.clock.time(
            APART[2], lambda: deserialize_message(serialize_message(message), ImageMessage)
        )
        return self.clock.time(OURS[0], lambda: image_from(received))

    def _detect(self, image: Any, meter: Any) -> tuple[Pose2D, ...]:
        """Detect people; the time of the networks is recorded separately."""
        meter()
        wall, cpu = perf_counter(), process_time()
        people = self._detector(image)
        wall, cpu = perf_counter() - wall, process_time() - cpu
        network_wall, network_cpu = meter()
        self.clock.add(NETWORK, network_wall, network_cpu)
        self.clock.add(OURS[1], wall - network_wall, max(cpu - network_cpu, 0.0))
        return people

    def _recognise(self, poses: tuple[Pose3D, ...], stamp: float) -> None:
        wall, cpu = perf_counter(), process_time()
        answers = self._recogniser.update(poses, stamp)
        name = DUE if answers else OURS[6]
        self.clock.add(name, perf_counter() - wall, process_time() - cpu)
        for answer in answers:
            self.clock.time(OURS[8], partial(_serialised, answer))


def _keypoints_there_and_back(people: tuple[Pose2D, ...]) -> tuple[Pose2D, ...]:
    message = conversions.keypoints_message(people, Header(), (640, 480), BODY_25)
    received = deserialize_message(serialize_message(message), Keypoints)
    return conversions.people_from_keypoints(received)


def _poses_there_and_back(people: tuple[Pose3D, ...]) -> tuple[Pose3D, ...]:
    message = conversions.poses_message(people, Header(), HUMAN36M_17)
    received = deserialize_message(serialize_message(message), Poses)
    return conversions.people_from_poses(received)


def _serialised(answer: ActionEstimate) -> Any:
    header = Header()
    return serialize_message(conversions.action_message(answer, header, header.stamp))
