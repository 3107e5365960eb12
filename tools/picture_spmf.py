"""The Enhanced-SPMF of each action of the shipped model: docs/spmf.png."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import numpy as np
from picture_stage import RATE, camera, figure, person_script

from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.recognition import Recogniser, RecogniserSettings
from pose_action_ros.recognition.enhanced_spmf import Image
from pose_action_ros.recognition.spmf_jet import coloured
from pose_action_ros.simulation import Scene

COLUMNS = 8
STANDING, DOING = 2.0, 1.6
"""Duration of standing before the action, and of the action before the image [s]."""


def draw_spmf(path: Path) -> None:
    """Draw the picture into a PNG file."""
    lifter, labels = Lifter(LifterSettings()), Recogniser(RecogniserSettings()).labels
    rows = -(-len(labels) // COLUMNS)
    with figure(path, (7.0, 0.92 * rows + 0.3)) as page:
        for place, label in enumerate(labels):
            panel = page.add_subplot(rows, COLUMNS, place + 1)
            panel.imshow(motion_image(label, lifter), interpolation="nearest", aspect="auto")
            panel.set_title(label.replace("_", " "), fontsize=7, pad=2)
            panel.axis("off")
        page.subplots_adjust(0.01, 0.01, 0.99, 0.96, wspace=0.08, hspace=0.14)


def motion_image(label: str, lifter: Lifter) -> Image:
    """The newest motion image, in colours, of a simulated person doing an action after standing."""
    script = person_script(crc32(label.encode()), ["standing", label], STANDING)
    scene, recogniser = Scene([script], camera(4.0)), Recogniser(RecogniserSettings())
    lifter.reset()
    for stamp in np.arange(0.0, script.starts[1] + DOING, 1 / RATE).tolist():
        people = [person.keypoints for person in scene.truth(stamp)]
        recogniser.update(lifter(people, scene.camera.intrinsics, stamp), stamp)
    image = recogniser.image((0,))
    if image is None:
        raise RuntimeError(f"no motion image of {label}: the window is not full")
    return coloured(image)
