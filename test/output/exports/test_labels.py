"""Subtitles and annotations, read by other programs."""

from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from browser import evaluate
from pose_action_ros.output.exports.elan import eaf
from pose_action_ros.output.exports.subtitles import srt, vtt
from pose_action_ros.output.segments import Segment

CUES = [
    (0.2, 3661.0, "person 0: waving left"),
    (0.5, 1.25, "person 1: bowing"),
    (1.0, 3662.0, "people 0+1: shaking hands"),
]


def test_srt(segments: list[Segment]) -> None:
    reader = pytest.importorskip("srt")
    found = [
        (cue.start / timedelta(seconds=1), cue.end / timedelta(seconds=1), cue.content)
        for cue in reader.parse(srt(segments))
    ]
    assert found == CUES
    assert [cue.index for cue in reader.parse(srt(segments))] == [1, 2, 3]
    assert srt([]) == ""


def test_vtt(segments: list[Segment], tmp_path: Path) -> None:
    reader = pytest.importorskip("webvtt")
    (tmp_path / "a.vtt").write_text(vtt(segments), encoding="utf-8")
    found = [
        (cue.start_in_seconds, cue.start, cue.end, cue.text)
        for cue in reader.read(tmp_path / "a.vtt")
    ]
    assert found == [
        (0, "00:00:00.200", "01:01:01.000", "person 0: waving left"),
        (0, "00:00:00.500", "00:00:01.250", "person 1: bowing"),
        (1, "00:00:01.000", "01:01:02.000", "people 0+1: shaking hands"),
    ]
    assert vtt([]) == "WEBVTT\n"


def test_vtt_in_a_browser(segments: list[Segment], tmp_path: Path) -> None:
    (tmp_path / "a.vtt").write_text(vtt(segments), encoding="utf-8")
    script = """
        const track = document.querySelector("track");
        track.track.mode = "hidden";
        await when(track, "load");
        return [...track.track.cues].map(cue => [cue.startTime, cue.endTime, cue.text]);"""
    found = evaluate(tmp_path, '<video><track src="a.vtt"></video>', script)
    assert [tuple(cue) for cue in found] == CUES


def test_eaf(segments: list[Segment], tmp_path: Path) -> None:
    elan = pytest.importorskip("pympi.Elan")
    film = tmp_path / "films & more" / "a b.mp4"
    film.parent.mkdir()
    film.touch()
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / "a.eaf"
    path.write_text(eaf(segments, path.parent, str(film)), encoding="utf-8")
    read = elan.Eaf(str(path))
    tiers = {
        name: [tuple(one[:3]) for one in read.get_annotation_data_for_tier(name)]
        for name in read.get_tier_names()
    }
    assert tiers == {
        "person 0": [(200, 3661000, "waving_left")],
        "person 1": [(500, 1250, "bowing")],
        "people 0+1": [(1000, 3662000, "shaking_hands")],
    }
    (media,) = read.media_descriptors
    assert media == {
        "MEDIA_URL": film.as_uri(),
        "MIME_TYPE": "video/mp4",
        "RELATIVE_MEDIA_URL": "../films & more/a b.mp4",
    }


def test_eaf_has_the_order_and_the_ids_of_its_schema(segments: list[Segment]) -> None:
    root = ET.fromstring(eaf(segments, Path(), ""))
    assert [child.tag for child in root] == [
        "HEADER",
        "TIME_ORDER",
        *["TIER"] * 3,
        "LINGUISTIC_TYPE",
    ]
    assert {"AUTHOR", "DATE", "VERSION"} <= set(root.attrib)
    slots = {slot.attrib["TIME_SLOT_ID"]: int(slot.attrib["TIME_VALUE"])
             for slot in root.iter("TIME_SLOT")}  # fmt: skip
    assert list(slots.values()) == sorted(slots.values())
    ids = []
    for annotation in root.iter("ALIGNABLE_ANNOTATION"):
        ids.append(annotation.attrib["ANNOTATION_ID"])
        start, end = (slots[annotation.attrib[f"TIME_SLOT_REF{place}"]] for place in (1, 2))
        assert start < end
    assert len(set(ids)) == len(ids) == 3
    assert root.find("HEADER/MEDIA_DESCRIPTOR") is None


def test_an_action_shorter_than_a_millisecond_lasts_one() -> None:
    segment = Segment(1.0, 1.0001, (0,), "bowing", 0.9)
    assert "00:00:01,000 --> 00:00:01,001" in srt([segment])
