"""`--export eaf`: the labels of people as annotations of ELAN, one tier for each person.

Format: ELAN Annotation Format 3.0 (H. Brugman, H. Sloetjes, EAF Annotation Format, 2016).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timezone
from mimetypes import guess_type
from pathlib import Path
from time import time
from xml.etree import ElementTree as ET

from pose_action_ros.output.exports.subtitles import milliseconds
from pose_action_ros.output.segments import Segment, labelled, subject

_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_TYPE = "action"


def eaf(segments: Sequence[Segment], folder: Path, film: str) -> str:
    """The text of an annotation file.

    Args:
        segments: of all people; those of one person do not overlap.
        folder: of the file.
        film: path of the annotated video file; empty for none.
    """
    ordered = labelled(segments)
    ET.register_namespace("xsi", _INSTANCE)
    schema = {f"{{{_INSTANCE}}}noNamespaceSchemaLocation": _SCHEMA}
    known = {"AUTHOR": "pose_action_ros", "DATE": _date(film), "FORMAT": "3.0", "VERSION": "3.0"}
    root = ET.Element("ANNOTATION_DOCUMENT", {**known, **schema})
    _header(root, folder, film, len(ordered))
    _tiers(root, ordered)
    kind = {"GRAPHIC_REFERENCES": "false", "LINGUISTIC_TYPE_ID": _TYPE, "TIME_ALIGNABLE": "true"}
    ET.SubElement(root, "LINGUISTIC_TYPE", kind)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _date(film: str) -> str:
    """When the film was written, so that equal runs make equal files; now without a film."""
    path = Path(film)
    seconds = path.stat().st_mtime if film and path.is_file() else time()
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")


def _tiers(root: ET.Element, segments: Sequence[Segment]) -> None:
    """Add the time slots, and a tier for each person or pair."""
    slots = _time_order(root, segments)
    tiers: dict[str, ET.Element] = {}
    for number, (segment, (start, end)) in enumerate(zip(segments, slots, strict=True), 1):
        name = subject(segment.person_ids)
        if name not in tiers:
            tiers[name] = ET.SubElement(root, "TIER", LINGUISTIC_TYPE_REF=_TYPE, TIER_ID=name)
        annotation = ET.SubElement(
            ET.SubElement(tiers[name], "ANNOTATION"),
            "ALIGNABLE_ANNOTATION",
            ANNOTATION_ID=f"a{number}",
            TIME_SLOT_REF1=start,
            TIME_SLOT_REF2=end,
        )
        ET.SubElement(annotation, "ANNOTATION_VALUE").text = segment.label


def _header(root: ET.Element, folder: Path, film: str, count: int) -> None:
    header = ET.SubElement(root, "HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
    if film:
        path = Path(film).expanduser().resolve()
        relative = os.path.relpath(path, folder.expanduser().resolve())
        ET.SubElement(
            header,
            "MEDIA_DESCRIPTOR",
            MEDIA_URL=path.as_uri(),
            MIME_TYPE=guess_type(path.name)[0] or "video/unknown",
            RELATIVE_MEDIA_URL=relative if relative.startswith("..") else f"./{relative}",
        )
    ET.SubElement(header, "PROPERTY", NAME="lastUsedAnnotationId").text = str(count)


def _time_order(root: ET.Element, segments: Sequence[Segment]) -> list[tuple[str, str]]:
    """Add the time slots, rising; ids of the start and the end of each segment."""
    ends = [
        (stamp, number, place)
        for number, segment in enumerate(segments)
        for place, stamp in enumerate(milliseconds(segment))
    ]
    order = ET.SubElement(root, "TIME_ORDER")
    ids: dict[tuple[int, int], str] = {}
    for count, (stamp, number, place) in enumerate(sorted(ends), 1):
        ids[number, place] = f"ts{count}"
        ET.SubElement(order, "TIME_SLOT", TIME_SLOT_ID=f"ts{count}", TIME_VALUE=str(stamp))
    return [(ids[number, 0], ids[number, 1]) for number in range(len(segments))]
