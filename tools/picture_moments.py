"""Moments of what a camera sees, with skeletons, ids and actions: docs/demo.png."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from picture_stage import RATE, Watched, camera, somebody, watch

from pose_action_ros.drawing import draw_people
from pose_action_ros.simulation import Scene
from pose_action_ros.sources.base import Image

ACTIONS = ("waving_right", "kicking", "squatting", "pointing")
SECONDS = 3.5
"""How long each lasts."""
MOMENTS = (2.4, 5.0, 8.2, 11.6)
"""[s]"""
SIZE = (300, 400)
"""Width and height of each on the page [px]."""


def draw_moments(path: Path) -> None:
    """Draw the picture into a PNG file."""
    scene = Scene([somebody(4, ACTIONS, SECONDS, heading=0.3)], camera(2.9))
    frames = [round(time * RATE) for time in MOMENTS]
    seen = watch(scene, max(MOMENTS) + 1 / RATE)
    cv2.imwrite(str(path), np.hstack([moment(it) for n, it in enumerate(seen) if n in frames]))


def moment(seen: Watched) -> Image:
    """The middle of an image, drawn over."""
    image, result, labels = seen
    drawn = image.copy()
    draw_people(drawn, result.keypoints, labels)
    height, width = drawn.shape[:2]
    shown = round(height * SIZE[0] / SIZE[1])
    middle = drawn[:, (width - shown) // 2 : (width + shown) // 2]
    return np.asarray(cv2.resize(middle, SIZE, interpolation=cv2.INTER_AREA), np.uint8)
