"""What all pictures need: simulated people seen by the whole chain, and figures kept as PNG."""

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
from pose_action_ros.pipeline import Frame, Pipeline
from pose_action_ros.simulation import Scene
from pose_action_ros.simulation.script import Script
from pose_action_ros.simulation.virtual_camera import VirtualCamera
from pose_action_ros.sources.base import Image

RATE = 15.0
"""Images per second."""
HEIGHT = 1.2
"""Of the camera above the floor [m]."""
Watched = tuple[Image, Frame, dict[int, str]]
"""An image, what the chain found in it, and the text over each head by id."""


def camera(distance: float, degrees: float = 60.0) -> VirtualCamera:
    """A level camera that far [m] from the origin, with that horizontal field of view."""
    intrinsics = Intrinsics.from_field_of_view(640, 480, degrees)
    return VirtualCamera.looking_at((distance, 0, HEIGHT), (0, 0, HEIGHT), intrinsics)


def somebody(
    seed: int,
    actions: Sequence[str],
    seconds: float,
    place: tuple[float, float] = (0.0, 0.0),
    heading: float = 0.0,
) -> Script:
    """A person who does the actions in turn.

    Args:
        seed: who it is, and how it is done.
        actions: in their order.
        seconds: about how long each lasts [s]; the last goes on.
        place: where the person stands [m]; x towards the camera, y to its left.
        heading: about the vertical [rad]; 0 faces the camera.
    """
    rng = np.random.default_rng(seed)
    return Script.random(rng, actions, seconds, place, heading)


def watch(scene: Scene, seconds: float) -> Iterator[Watched]:
    """Images of a scene through detector, tracker, lifter and recogniser."""
    pipeline, captions = Pipeline(), Captions()
    for stamp in np.arange(0, seconds, 1 / RATE).tolist():
        frame = scene.frame(stamp)
        result = pipeline(frame.image, stamp, frame.intrinsics)
        captions.add(result.actions, stamp)
        yield frame.image, result, captions.at(stamp)


@contextmanager
def figure(path: Path, size: tuple[float, float]) -> Iterator[Figure]:
    """A figure of a size in inches that is kept in a file at the end, 100 pixels an inch."""
    with mpl.rc_context({**mpl.rcParamsDefault, "backend": "agg"}):
        drawn = Figure(figsize=size)
        FigureCanvasAgg(drawn)
        yield drawn
        # Without the version of matplotlib the same picture gives the same bytes.
        drawn.savefig(path, format="png", dpi=100, metadata={"Software": None})


def rgb(colour: Colour) -> tuple[float, float, float]:
    """A colour for matplotlib."""
    blue, green, red = (channel / 255 for channel in colour)
    return red, green, blue
