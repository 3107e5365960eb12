"""The two networks of BlazePose: the outputs that the package reads, and their model cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pose_action_ros.models.card import ModelCard, sha256_of


@dataclass(frozen=True)
class Network:
    """One of the two networks.

    Attributes:
        name: of the shipped model.
        task: in its card.
        size: of the input [px].
        low: input value of black; white is 1.
        skeleton: of the output; empty if it has other points.
        outputs: names of the outputs that are read, by shape.
    """

    name: str
    task: str
    size: int
    low: int
    skeleton: str
    outputs: dict[tuple[int, ...], str]


FINDER = Network(
    "blazepose_finder",
    "person finder",
    size=224,
    low=-1,
    skeleton="",
    outputs={(1, 2254, 12): "boxes", (1, 2254, 1): "scores"},
)
LANDMARKS = Network(
    "blazepose_landmarks",
    "landmarks",
    size=256,
    low=0,
    skeleton="blazepose_33",
    outputs={(1, 195): "landmarks", (1, 1): "score", (1, 64, 64, 39): "heatmaps"},
)
SOURCE = (
    "Bazarevsky et al. 2020, BlazePose: On-device Real-time Body Pose tracking, arXiv:2006.10204"
)
USE = (
    "Intended by its authors for 3D pose estimation of one person in films of phones and web "
    "cameras: augmented reality, gestures, fitness. Out of scope by their model card (BlazePose "
    "GHUM 3D): several people in one picture, people more than 4 m away, invisible heads, metric "
    "depth, and any surveillance or identification. This package runs it once for each person."
)
DATA = "pictures of Google, not published; see the model card BlazePose GHUM 3D of MediaPipe"
PUBLISHED = {
    "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c": (
        "mediapipe/modules/pose_detection/pose_detection.tflite in the package mediapipe 0.10.21"
    ),
    "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f": (
        "mediapipe/modules/pose_landmark/pose_landmark_full.tflite in the package mediapipe 0.10.21"
    ),
}
"""Origin of the shipped networks by SHA-256 of the published file."""


def card_of(
    network: Network, path: Path, file: str, digest: str, scores: Mapping[str, Any]
) -> ModelCard:
    """The card of a converted file.

    Args:
        network: that it contains.
        path: the converted file.
        file: name of the published file.
        digest: SHA-256 of the published .tflite file.
        scores: measured results of the converted file.
    """
    return ModelCard(
        name=path.stem,
        task=network.task,
        sha256=sha256_of(path),
        licence="Apache-2.0",
        source=SOURCE,
        skeleton=network.skeleton,
        settings={
            "size": network.size,
            "low": network.low,
            "colours": "RGB",
            "outputs": list(network.outputs.values()),
        },
        training={
            "origin": PUBLISHED.get(digest, file),
            "origin_sha256": digest,
            "command": f"python tools/convert_blazepose.py {file} {path.name}",
            "data": DATA,
        },
        scores=scores,
        use=USE,
    )
