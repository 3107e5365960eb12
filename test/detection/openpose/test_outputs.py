"""Kind and order of a network's axes are found by a test run, whatever the order."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpose_network import write_network
from pose_action_ros.detection.openpose import LAYOUTS, MapLayout
from pose_action_ros.detection.openpose.network import MapNetwork
from pose_action_ros.detection.openpose.outputs import complete_card, join_maps
from pose_action_ros.engines import Engine, load_engine
from pose_action_ros.errors import ModelError
from pose_action_ros.models.openpose_card import OpenPoseCard
from properties import examples

KINDS = {"body_25": (26, 52), "coco_18": (19, 38), "mpi_15": (16, 28)}
orders = st.sampled_from(["NCHW", "NHWC"])


def _loaded(path: Path, channels: tuple[int, ...], **options: Any) -> Engine:
    return load_engine(write_network(path / "net.onnx", channels, **options), "onnxruntime")


@examples(8)
@given(
    st.sampled_from(list(KINDS)),
    st.fixed_dictionaries(
        {
            "takes": orders,
            "gives": orders,
            "colours": st.sampled_from([3, "colours"]),
            "size": st.sampled_from([("height", "width"), (64, 96), (368, 456), (456, 456)]),
        }
    ),
    st.sampled_from(["one", "heat first", "fields first"]),
)
def test_any_order_of_axes_and_outputs_is_found(
    tmp_path_factory: pytest.TempPathFactory,
    layout: str,
    options: dict[str, Any],
    kind: str,
) -> None:
    heat, fields = KINDS[layout]
    channels = {"one": (heat + fields,), "heat first": (heat, fields)}.get(kind, (fields, heat))
    engine = _loaded(tmp_path_factory.mktemp("net"), channels, **options)
    square = options["size"] == (456, 456) and heat + fields == 57 and kind == "one"
    chosen = {"output_layout": options["gives"]} if square else {}
    card = complete_card(engine, {"scale": 0.5, **chosen})
    assert card == OpenPoseCard(
        layout,
        scale=0.5,
        input_layout=options["takes"],
        output_layout=options["gives"],
        multiple_of=8 if 456 in options["size"] else 16,
    )
    network = MapNetwork(engine, card)
    width, height = network.size or (80, 48)
    image = np.random.default_rng(0).integers(0, 255, (height, width, 3)).astype(np.uint8)
    (maps,) = network([image], (width, height))
    assert maps.shape == (height // 8, width // 8, heat + fields)
    assert maps.std() > 0


def test_heat_maps_come_before_fields(tmp_path: Path) -> None:
    maps = []
    for channels in ((38, 19), (19, 38)):
        engine = _loaded(tmp_path, channels)
        image = np.random.default_rng(1).random((1, 3, 48, 64)).astype(np.float32)
        first, second = engine({"image": image}).values()
        joined = join_maps([first, second], LAYOUTS["coco_18"], "NCHW")
        assert joined is not None
        heat = second if channels[0] == 38 else first
        np.testing.assert_array_equal(joined[..., :19], heat.transpose(0, 2, 3, 1))
        maps.append(joined)
    assert maps[0].shape == maps[1].shape


def test_another_stride_is_found(tmp_path: Path) -> None:
    card = complete_card(_loaded(tmp_path, (57,), stride=4), {})
    assert card == OpenPoseCard("coco_18", stride=4)


@pytest.mark.parametrize(
    ("channels", "options", "given", "message"),
    [
        ((50,), {}, {}, r"for NCHW of 80x112 px \(1, 50, 14, 10\).*78 .26 \+ 52. or 57"),
        ((57, 57), {}, {}, "expected an image of 3 colours and"),
        ((19, 38, 19), {}, {}, "expected an image"),
        ((57,), {"size": (456, 456)}, {}, "--output-layout NCHW or NHWC; give the option"),
        ((57,), {"colours": 1}, {}, r"takes \(any, 1, any, any\) and gives for NHWC an error"),
        ((57,), {}, {"layout": "body_25"}, r"px \(1, 57, 14, 10\), for NHWC an"),
        ((57,), {}, {"input_layout": "NHWC"}, "for NHWC an error"),
    ],
)
def test_networks_that_cannot_be_added(
    tmp_path: Path,
    channels: tuple[int, ...],
    options: dict[str, Any],
    given: dict[str, Any],
    message: str,
) -> None:
    with pytest.raises(ModelError, match=message):
        complete_card(_loaded(tmp_path, channels, **options), given)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_other_outputs_are_no_maps(layout: MapLayout) -> None:
    heat, fields = KINDS[layout.name]
    plane = np.zeros((1, heat, 4, 5), dtype=np.float32)
    for other in ((1, fields, 4, 6), (1, fields - 1, 4, 5), (1, heat, 4, 5), (fields, 4, 5)):
        assert join_maps([plane, np.zeros(other, np.float32)], layout, "NCHW") is None
    assert join_maps([plane], layout, "NCHW") is None
