"""Settings of detection."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.engines import ENGINE_CHOICES, PROVIDER_CHOICES
from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class DetectorSettings(Settings):
    """Settings of the 2D pose detector."""

    detector: str = setting(
        "blazepose",
        "2D pose detector; openpose needs a network, see `pose-action models`",
        choices=("blazepose", "movenet", "openpose"),
    )
    person_finder: str = setting(
        "movenet",
        "network that finds new people for blazepose; movenet: several, small and touching people, "
        "blazepose: one or two near people, in half the time",
        choices=("movenet", "blazepose"),
    )
    detector_model: str = setting(
        "",
        "model of the detector, empty for the default; blazepose: a landmark network (.onnx) "
        "converted by tools/convert_blazepose.py; openpose: name of a network in the cache of "
        "models, or an .onnx file; default: the one with the most joints",
    )
    detector_engine: str = setting(
        "auto",
        "inference engine of the detector's networks; auto: onnxruntime, for openpose the fastest "
        "available one; movenet's network takes images of any size and stays in onnxruntime",
        choices=ENGINE_CHOICES,
    )
    providers: str = setting(
        "auto",
        "execution provider of ONNX Runtime for the detector's networks; auto: cuda where it is "
        "installed and works, else cpu",
        choices=PROVIDER_CHOICES,
    )
    detector_threads: int = setting(2, "CPU threads of the detector", low=1, high=64)
    detector_height: int = setting(
        368,
        "height to which openpose scales images, unless its network has a fixed input; twice the "
        "height detects people half as large and takes four times as long",
        unit="px",
        low=64,
        high=1088,
    )
    detector_width: int = setting(
        0,
        "width for detector_height; 0 for the aspect ratio of the image",
        unit="px",
        low=0,
        high=1920,
    )
    max_people: int = setting(10, "most people reported per image", low=1, high=32, live=True)
    min_person_score: float = setting(
        -1.0,
        "least score of a person; negative for the detector's default",
        low=-1.0,
        high=1.0,
        live=True,
    )
    min_joint_score: float = setting(
        -1.0,
        "least score of a joint, others are missing; negative for the detector's default",
        low=-1.0,
        high=1.0,
        live=True,
    )
    search_interval: int = setting(
        5,
        "interval at which blazepose searches for new people while it follows others",
        unit="images",
        low=1,
        high=1000,
        live=True,
    )
    openpose_peak_threshold: float = setting(
        -1.0,
        "openpose: height above which a maximum of a heat map is a joint; lower for weak networks "
        "and small people; negative for the network's default",
        low=-1.0,
        high=1.0,
        live=True,
    )
    openpose_line_threshold: float = setting(
        -1.0,
        "openpose: strength above which the field along a limb counts; negative for the network's "
        "default",
        low=-1.0,
        high=1.0,
        live=True,
    )
    openpose_line_share: float = setting(
        -1.0,
        "openpose: share of a limb's samples of which more must count; lower for weak networks; "
        "negative for the network's default",
        low=-1.0,
        high=0.99,
        live=True,
    )
    openpose_min_parts: int = setting(
        -1,
        "openpose: fewest joints of a person, without feet; negative for the network's default",
        low=-1,
        high=25,
        live=True,
    )
    openpose_min_mean_score: float = setting(
        -1.0,
        "openpose: least score of a person, joints and limbs together, by joint; negative for the "
        "network's default, or for none where min_person_score is not negative",
        low=-1.0,
        high=2.0,
        live=True,
    )
    openpose_fragments: bool = setting(
        False,
        "openpose: report single arms and legs and doubled heads as people, as OpenPose does",
        live=True,
    )
