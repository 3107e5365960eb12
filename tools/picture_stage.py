"""Shared by all pictures: simulated people through the pipeline, and figures saved as PNG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from pose_action_ros.camera import Intrinsics
from pose_action_ros.drawing.captions import Captions
from pose_action_ros.drawing.colours import Colour
from pose_action_ros.frame import Frame
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.simulation import Scene
from pose_action_ros.simulation.script import Script
from pose_action_ros.simulation.virtual_camera import VirtualCamera
from pose_action_ros.sources.base import Image

RATE = 15.0
"""Images per second."""
HEIGHT = 1.2
"""Height of the camera above the floor [m]."""
Moment = tuple[Image, Frame, dict[int, str]]
"""An image, its results, and the text over each head by id."""


def camera(distance: float, degrees: float = 60.0) -> VirtualCamera:
    """Create a level camera at a distance [m] from the origin with a horizontal field of view."""
    intrinsics = Intrinsics.from_field_of_view(640, 480, degrees)
    return VirtualCamera.looking_at((distance, 0, HEIGHT), (0, 0, HEIGHT), intrinsics)


def person_script(
    seed: int,
    actions: Sequence[str],
    seconds: float,
    place: tuple[float, float] = (0.0, 0.0),
    heading: float = 0.0,
) -> Script:
    """Draw a person with one action after another.

    Args:
        seed: of body and style.
        actions: in this order.
        seconds: approximate duration of each action [s]; the last has no end.
        place: position [m]; x towards the camera, y to its left.
        heading: about the vertical [rad]; 0 faces the camera.
    """
    rng = np.random.default_rng(seed)
    return Script.random(rng, actions, seconds, place, heading)


def run_pipeline(scene: Scene, seconds: float) -> Iterator[Moment]:
    """Yield images of a scene with the results of the pipeline."""
    pipeline, captions = Pipeline(), Captions()
    for stamp in np.arange(0, seconds, 1 / RATE).tolist():
        frame = scene.frame(stamp)
        result = pipeline(frame.image, stamp, frame.intrinsics)
        captions.add(result.actions, stamp)
        yield frame.image, result, captions.at(stamp)


@contextmanager
def figure(path: Path, size: tuple[float, float]) -> Iterator[Figure]:
    """Create a figure of a size in inches and save it at the end with 100 pixels per inch."""
    with mpl.rc_context({**mpl.rcParamsDefault, "backend": "agg"}):
        drawn = Figure(figsize=size)
        FigureCanvasAgg(drawn)
        yield drawn
        # Without the version of matplotlib, equal pictures have equal bytes.
        drawn.savefig(path, format="png", dpi=100, metadata={"Software": None})


def rgb(colour: Colour) -> tuple[float, float, float]:
    """Convert a colour for matplotlib."""
    blue, green, red = (channel / 255 for channel in colour)
    return red, green, blue
