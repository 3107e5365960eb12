"""Stand-ins for hri_msgs.msg 2.x: the same names, fields and constants, and nothing of ROS."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass
class IdsList:
    header: Any = None
    ids: list[str] = field(default_factory=list)


@dataclass
class NormalizedPointOfInterest2D:
    x: float = 0.0
    y: float = 0.0
    c: float = 0.0


@dataclass
class Skeleton2D:
    NOSE: ClassVar[int] = 0
    NECK: ClassVar[int] = 1
    RIGHT_SHOULDER: ClassVar[int] = 2
    RIGHT_ELBOW: ClassVar[int] = 3
    RIGHT_WRIST: ClassVar[int] = 4
    LEFT_SHOULDER: ClassVar[int] = 5
    LEFT_ELBOW: ClassVar[int] = 6
    LEFT_WRIST: ClassVar[int] = 7
    RIGHT_HIP: ClassVar[int] = 8
    RIGHT_KNEE: ClassVar[int] = 9
    RIGHT_ANKLE: ClassVar[int] = 10
    LEFT_HIP: ClassVar[int] = 11
    LEFT_KNEE: ClassVar[int] = 12
    LEFT_ANKLE: ClassVar[int] = 13
    LEFT_EYE: ClassVar[int] = 14
    RIGHT_EYE: ClassVar[int] = 15
    LEFT_EAR: ClassVar[int] = 16
    RIGHT_EAR: ClassVar[int] = 17

    header: Any = None
    skeleton: list[NormalizedPointOfInterest2D] = field(default_factory=list)


@dataclass
class NormalizedRegionOfInterest2D:
    header: Any = None
    xmin: float = 0.0
    ymin: float = 0.0
    xmax: float = 0.0
    ymax: float = 0.0
    c: float = 0.0


@dataclass
class BodyPosture:
    OTHER: ClassVar[int] = 0
    STANDING: ClassVar[int] = 1
    SITTING: ClassVar[int] = 2
    CROUCHING: ClassVar[int] = 3
    LAYING: ClassVar[int] = 4

    header: Any = None
    posture: int = 0


@dataclass
class Gesture:
    OTHER: ClassVar[int] = 0
    HANDS_ON_FACE: ClassVar[int] = 1
    ARMS_CROSSED: ClassVar[int] = 2
    LEFT_HAND_RAISED: ClassVar[int] = 3
    RIGHT_HAND_RAISED: ClassVar[int] = 4
    BOTH_HANDS_RAISED: ClassVar[int] = 5
    WAVING: ClassVar[int] = 6

    header: Any = None
    gesture: int = 0
