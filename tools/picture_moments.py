"""Four images of a simulated person with skeleton, id and action: docs/demo.png."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from picture_stage import RATE, Moment, camera, person_script, run_pipeline

from pose_action_ros.drawing import draw_people
from pose_action_ros.simulation import Scene
from pose_action_ros.sources.base import Image

ACTIONS = ("waving_right", "kicking", "squatting", "pointing")
SECONDS = 3.5
"""Duration of each action [s]."""
TIMES = (2.4, 5.0, 8.2, 11.6)
"""Times of the images [s]."""
SIZE = (300, 400)
"""Width and height of each image [px]."""


def draw_moments(path: Path) -> None:
    """Draw the picture into a PNG file."""
    scene = Scene([person_script(4, ACTIONS, SECONDS, heading=0.3)], camera(2.9))
    frames = [round(time * RATE) for time in TIMES]
    moments = run_pipeline(scene, max(TIMES) + 1 / RATE)
    cv2.imwrite(
        str(path), np.hstack([crop(moment) for n, moment in enumerate(moments) if n in frames])
    )


def crop(moment: Moment) -> Image:
    """The middle of an image with the people drawn into it."""
    image, result, labels = moment
    drawn = image.copy()
    draw_people(drawn, result.keypoints, labels)
    height, width = drawn.shape[:2]
    visible = round(height * SIZE[0] / SIZE[1])
    middle = drawn[:, (width - visible) // 2 : (width + visible) // 2]
    return np.asarray(cv2.resize(middle, SIZE, interpolation=cv2.INTER_AREA), np.uint8)
