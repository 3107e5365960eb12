"""The plot of labels over time."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from browser import evaluate
from pose_action_ros.errors import SettingError
from pose_action_ros.output.segments import Segment
from pose_action_ros.output.timeline import Presence, write_timeline

SVG = "{http://www.w3.org/2000/svg}"
SEGMENTS = [
    Segment(1.0, 3.0, (0,), "waving_left", 0.9),
    Segment(3.0, 4.0, (0,), "unknown", 0.2),
    Segment(4.0, 4.5, (0,), "bowing", 0.75),
    Segment(2.0, 9.0, (0, 2), "shaking_hands", 0.8),
]
PEOPLE = {0: Presence(0.0, 10.0), 2: Presence(2.0, 9.0)}


def _bars(root: ET.Element) -> dict[str, tuple[float, float, float]]:
    """Left, width and top of each bar by its tooltip."""
    bars = {}
    for group in root.iter(f"{SVG}g"):
        bar = group.find(f"{SVG}rect")
        assert bar is not None
        left, width, top = (float(bar.attrib[name]) for name in ("x", "width", "y"))
        bars[str(group.findtext(f"{SVG}title"))] = left, width, top
    return bars


def test_bars_are_at_their_times_in_the_lanes_of_their_people(tmp_path: Path) -> None:
    path = tmp_path / "actions.svg"
    write_timeline(path, SEGMENTS, PEOPLE)
    root = ET.parse(path).getroot()
    texts = [text.text for text in root.iter(f"{SVG}text")]
    lanes = ["person 0", "person 2", "people 0+2"]
    assert [text for text in texts if str(text).startswith(("person", "people"))] == lanes
    bars = _bars(root)
    assert set(bars) == {
        "waving_left 0.90, 1.00 to 3.00 s",
        "bowing 0.75, 4.00 to 4.50 s",
        "shaking_hands 0.80, 2.00 to 9.00 s",
    }
    (one, wide, top), (two, narrow, same), (three, _, below) = bars.values()
    assert wide == pytest.approx(4 * narrow, abs=0.2)
    assert two - one == pytest.approx(3 / 2 * wide, abs=0.2)
    assert three - one == pytest.approx(wide / 2, abs=0.2)
    assert same == top < below
    ticks = [text for text in texts if re.fullmatch(r"\d+ s", str(text))]
    assert ticks == [f"{second} s" for second in range(11)]
    for label in ("waving_left", "bowing", "shaking_hands"):
        assert label in texts  # in the legend, also where the bar is too narrow


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.5, "0.3 s"), (45, "20 s"), (500, "0:02 h"), (20000, "3:30 h"), (1e6, "276:00 h")],
)
def test_times_are_round(tmp_path: Path, seconds: float, expected: str) -> None:
    path = tmp_path / "actions.svg"
    write_timeline(path, [Segment(0.0, seconds, (0,), "bowing", 0.9)], {})
    assert f">{expected}</text>" in path.read_text(encoding="utf-8")


def test_a_browser_shows_it(tmp_path: Path) -> None:
    write_timeline(tmp_path / "actions.svg", SEGMENTS, PEOPLE)
    script = """
        const picture = document.querySelector("img");
        await picture.decode();
        return [picture.naturalWidth, picture.naturalHeight];"""
    assert evaluate(tmp_path, '<img src="actions.svg">', script) == [1000, 150]


def test_people_without_labels_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "actions.svg"
    write_timeline(path, SEGMENTS[1:2], PEOPLE)  # unknown
    assert "person" in path.read_text(encoding="utf-8")


def test_without_a_span_of_time_an_older_picture_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "actions.svg"
    write_timeline(path, SEGMENTS, PEOPLE)
    write_timeline(path, SEGMENTS[1:2], {})
    assert not path.exists()
    write_timeline(path, [Segment(1.0, 1.0, (0,), "bowing", 0.9)], {})
    assert not path.exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"actions\.svg: No such file"):
        write_timeline(tmp_path / "missing" / "actions.svg", SEGMENTS, PEOPLE)
