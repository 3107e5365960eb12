"""Contents of files by their bytes: images, videos, and the reason why others are neither.

This module imports neither NumPy nor OpenCV: wrong files are refused before anything is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from pose_action_ros.folders import COMPANION

_START = 512
_HEADERS = 1 << 18
"""Bytes within which Matroska, Ogg, ASF and AVI describe their streams."""
_LARGEST_INDEX = 1 << 28
"""Bytes of the largest index of a QuickTime file that is read."""

_VIDEO = re.compile(
    rb"....(?:ftyp|moov|mdat|wide|free|skip|pnot)"  # MP4, QuickTime
    rb"|\x1a\x45\xdf\xa3|RIFF....AVI |\x30\x26\xb2\x75\x8e\x66\xcf\x11"  # Matroska, AVI, ASF
    rb"|\x00\x00\x01|\x00\x00\x00\x01|\x47.{187}\x47|.{4}\x47.{191}\x47"  # MPEG, H.264, MPEG-TS
    rb"|OggS|FLV|GIF8|YUV4MPEG2|DKIF|\.RMF|\x06\x0e\x2b\x34|\x1f\x07\x00",
    re.DOTALL,
)
_IMAGE = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n|BM.{4}\x00{4}|II\*\x00|MM\x00\*|RIFF....WEBP|P[36]\s", re.DOTALL
)
_SOUND = re.compile(
    rb"ID3|\xff[\xf2-\xf7\xfa-\xfd][\x10-\xef]|\xff[\xf0\xf1\xf8\xf9]|RIFF....WAVE|RF64....WAVE"
    rb"|FORM....AIF[FC]|fLaC|#!AMR|MThd|\.snd|....ftypM4[ABP] |wvpk|MAC |caff",
    re.DOTALL,
)
_OTHERS: Mapping[bytes, str] = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive, as .npz files are",
    b"\x93NUMPY": "a NumPy array",
    b"\x1f\x8b": "a gzip archive",
    b"\x89HDF": "an HDF5 file",
    b"\x00\x05\x16\x07": "a companion file of macOS without images",
    b"#EXTM3U": "a playlist; name one of its entries",
}
_STREAMS: Mapping[bytes, tuple[re.Pattern[bytes], re.Pattern[bytes]]] = {
    # begin of a file: description of a stream of images, and of sound
    b"\x1a\x45\xdf\xa3": (re.compile(rb"\x86[\x80-\xff]V_"), re.compile(rb"\x86[\x80-\xff]A_")),
    b"OggS": (
        re.compile(rb"\x80theora|OVP80|BBCD|\x01video"),
        re.compile(rb"\x01vorbis|OpusHead|\x7fFLAC|Speex"),
    ),
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": (
        re.compile(rb"\xc0\xef\x19\xbc\x4d\x5b\xcf\x11"),
        re.compile(rb"\x40\x9e\x69\xf8\x4d\x5b\xcf\x11"),
    ),
    b"RIFF": (re.compile(rb"strh....vids", re.DOTALL), re.compile(rb"strh....auds", re.DOTALL)),
}
_HANDLER = re.compile(rb"hdlr.{8}(.{4})", re.DOTALL)


def is_image(start: bytes) -> bool:
    """True if a file that begins with these bytes is an image."""
    return bool(_IMAGE.match(start))


def is_video(start: bytes) -> bool:
    """True if a file that begins with these bytes may be a video."""
    return bool(_VIDEO.match(start))


def start_of(path: Path) -> bytes:
    """The first bytes of a file; OSError if it cannot be read."""
    with path.open("rb") as file:
        return file.read(_START)


def other_content(path: Path, start: bytes) -> str:
    """Describe a file that is certainly neither image nor video; empty if it may be one.

    Args:
        path: of the file.
        start: its first bytes.
    """
    if not start:
        return "an empty file"
    for signature, description in _OTHERS.items():
        if start.startswith(signature):
            return _companion(path) or description
    if not any(start) and _is_zero(path):
        return "a file of zeros: an unfinished copy or download"
    if _SOUND.match(start) or _has_sound_alone(path, start):
        return "an audio file: it has sound but no images"
    text = start.decode("utf-8", errors="ignore")  # the last character may be truncated
    readable = len(text.encode()) > len(start) - 4
    return "a text file" if readable and not re.search(r"[\x00-\x08\x0e-\x1f]", text) else ""


def _companion(path: Path) -> str:
    """Description of a companion file beside its file; empty for other files."""
    whole = path.with_name(path.name.removeprefix(COMPANION))
    if whole == path or not whole.exists():
        return ""
    return f"a companion file of macOS without images; the file itself is {whole}"


def _is_zero(path: Path) -> bool:
    with path.open("rb") as file:
        return all(not any(part) for part in iter(lambda: file.read(_HEADERS), b""))


def _has_sound_alone(path: Path, start: bytes) -> bool:
    """True for a container of streams that has sound and no images."""
    with path.open("rb") as file:
        if start[4:8] in (b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip"):
            handlers = set(_HANDLER.findall(_index_of(file)))
            return b"soun" in handlers and b"vide" not in handlers
        for signature, (images, sound) in _STREAMS.items():
            if start.startswith(signature):
                headers = file.read(_HEADERS)
                return bool(sound.search(headers)) and not images.search(headers)
    return False


def _index_of(file: BinaryIO) -> bytes:
    """The index (moov) of a QuickTime or MP4 file; empty if it is missing."""
    for kind, begin, end in _boxes(file):
        if kind == b"moov":
            file.seek(begin)
            return file.read(min(end - begin, _LARGEST_INDEX))
    return b""


def _boxes(file: BinaryIO) -> list[tuple[bytes, int, int]]:
    """Kind, begin and promised end of the outermost boxes of a QuickTime or MP4 file."""
    size, begin = file.seek(0, 2), 0
    boxes: list[tuple[bytes, int, int]] = []
    while begin + 8 <= size:
        file.seek(begin)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:  # a longer number follows
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:  # to the end of the file
            length = size - begin
        if length < 8:
            break
        boxes.append((head[4:8], begin, begin + length))
        begin += length
    return boxes


def is_cut_image(data: bytes) -> bool:
    """True for an image without its end, in formats that mark it or state their length."""
    if data.startswith(b"\xff\xd8\xff"):
        return data.find(b"\xff\xd9", _scan_of(data)) < 0
    if data.startswith(b"\x89PNG\r\n"):
        return b"IEND" not in data
    if data.startswith(b"RIFF"):
        return len(data) < int.from_bytes(data[4:8], "little") + 8
    return data.startswith(b"BM") and len(data) < int.from_bytes(data[2:6], "little")


def _scan_of(data: bytes) -> int:
    """Begin of the image in a JPEG file, behind its segments, of which one may hold another."""
    place = 2
    while data[place : place + 1] == b"\xff":
        marker = data[place + 1 : place + 2]
        if marker == b"\xda":
            return place
        filler = marker == b"\xff"
        place += 1 if filler else 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return 2


def missing_part(path: Path) -> str:
    """Describe the missing part of a video that is cut off; empty if none is known.

    MP4, QuickTime, AVI and Matroska state their length.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_START)
            size = file.seek(0, 2)
            if start[4:8] in (b"ftyp", b"wide", b"mdat", b"moov"):
                boxes = _boxes(file)
                if not any(kind == b"moov" for kind, _, _ in boxes):
                    return "its index (moov), which cameras write last, is missing"
                expected = boxes[-1][2]
            elif start[:4] == b"RIFF":
                expected = int.from_bytes(start[4:8], "little") + 8
            else:
                expected = _end_of_segment(start)
    except OSError:
        return ""
    return f"its last {expected - size} of {expected} bytes are missing" if expected > size else ""


def _end_of_segment(start: bytes) -> int:
    """Promised end of a Matroska file; 0 if unknown."""
    place = start.find(b"\x18\x53\x80\x67")
    if not start.startswith(b"\x1a\x45\xdf\xa3") or place < 0 or place + 5 > len(start):
        return 0
    width = 9 - start[place + 4].bit_length()
    if width > 8:
        return 0
    number = int.from_bytes(start[place + 4 : place + 4 + width], "big") & ((1 << 7 * width) - 1)
    unknown = number == (1 << 7 * width) - 1
    return 0 if unknown else place + 4 + width + number
