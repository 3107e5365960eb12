"""Files that are no images or videos, and those that are cut off."""

import struct
import wave
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import SourceError
from pose_action_ros.sources import SourceSettings, open_source
from pose_action_ros.sources.contents import is_cut_image, missing_part
from pose_action_ros.sources.kinds import kind_of


def box(kind: bytes, content: bytes) -> bytes:
    """A box of an MP4 file."""
    return struct.pack(">I", 8 + len(content)) + kind + content


def handler(kind: bytes) -> bytes:
    return box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + kind + bytes(12))))


def mp4(*kinds: bytes, brand: bytes = b"isom") -> bytes:
    """An MP4 file with tracks of these kinds, its index behind the data."""
    tracks = b"".join(handler(kind) for kind in kinds)
    return box(b"ftyp", brand + bytes(8)) + box(b"mdat", bytes(600)) + box(b"moov", tracks)


def matroska(*codecs: bytes, size: int | None = None) -> bytes:
    """A Matroska file with tracks of these codecs, and a size of its segment."""
    tracks = b"".join(b"\x86" + bytes([0x80 | len(codec)]) + codec for codec in codecs)
    length = b"\x01" + (b"\xff" * 7 if size is None else size.to_bytes(7, "big"))
    return b"\x1a\x45\xdf\xa3\x84webm\x18\x53\x80\x67" + length + tracks


def riff(kind: bytes, stream: bytes, size: int = 700) -> bytes:
    return b"RIFF" + struct.pack("<I", size) + kind + b"LIST____hdrlstrh____" + stream + bytes(600)


SOUND = {
    "mp3": b"ID3\x04" + bytes(900),
    "mp3 without a tag": b"\xff\xfb\x90\x64" + bytes(900),
    "aac": b"\xff\xf1\x50\x80" + bytes(900),
    "flac": b"fLaC\x00" + bytes(900),
    "aiff": b"FORM\x00\x00\x01\x00AIFF" + bytes(900),
    "m4a": mp4(b"soun", b"vide", brand=b"M4A "),
    "mp4": mp4(b"soun", b"mdir"),
    "mka": matroska(b"A_OPUS"),
    "ogg": b"OggS\x00\x02" + bytes(22) + b"\x01\x1eOpusHead" + bytes(900),
    "wma": b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(40) + b"\x40\x9e\x69\xf8\x4d\x5b\xcf\x11",
    "avi": riff(b"AVI ", b"auds"),
}


@pytest.mark.parametrize("name", SOUND)
@pytest.mark.parametrize("ending", [".mp4", ""])
def test_audio_files(tmp_path: Path, name: str, ending: str) -> None:
    path = tmp_path / f"sound{ending}"
    path.write_bytes(SOUND[name])
    with pytest.raises(SourceError, match=r"sound.* is an audio file: it has sound but no images"):
        kind_of(str(path))


def test_an_audio_file_of_python(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "speech.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16000))
    with pytest.raises(SourceError, match="audio file"):
        open_source(SourceSettings(source=str(tmp_path / "speech.wav")))


FILMS = {
    "mp4": mp4(b"soun", b"vide"),
    "webm": matroska(b"A_OPUS", b"V_VP9"),
    "avi": riff(b"AVI ", b"vids"),
    "ogv": b"OggS" + bytes(24) + b"\x80theora" + bytes(80) + b"OggS" + bytes(24) + b"\x01vorbis",
}


@pytest.mark.parametrize("name", FILMS)
def test_films_with_sound_are_videos(tmp_path: Path, name: str) -> None:
    (tmp_path / "film").write_bytes(FILMS[name])
    assert kind_of(str(tmp_path / "film")).name == "VIDEO"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (bytes(700_000), "a file of zeros"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n", "a playlist"),
        (b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X", "a companion file of macOS"),
        ("Zwölf".encode("utf-16"), "unknown format"),
    ],
)
def test_other_files(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "film.mov" if "zeros" in words else tmp_path / "film"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=words):
        kind_of(str(path))


def test_the_companion_of_a_film_names_the_film(tmp_path: Path) -> None:
    (tmp_path / "._film.mp4").write_bytes(b"\x00\x05\x16\x07" + bytes(80))
    (tmp_path / "film.mp4").write_bytes(FILMS["mp4"])
    with pytest.raises(SourceError, match=r"the file itself is .*/film\.mp4"):
        kind_of(str(tmp_path / "._film.mp4"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (mp4(b"vide")[:-80], r"its index \(moov\)"),
        (mp4(b"vide")[:-5], "its last 5 of"),
        (b"\x00\x00\x00\x01mdat" + (2**40).to_bytes(8, "big") + bytes(60), r"its index \(moov\)"),
        (box(b"moov", handler(b"vide")) + box(b"mdat", bytes(60))[:-7], "its last 7 of"),
        (riff(b"AVI ", b"vids", 2000), "bytes are missing"),
        (matroska(b"V_VP9", size=5000), "bytes are missing"),
    ],
)
def test_the_missing_part_of_a_film(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "film").write_bytes(content)
    with pytest.raises(SourceError, match=rf"film is cut off: .*{words}.*; copy it again"):
        open_source(SourceSettings(source=str(tmp_path / "film")))


@pytest.mark.parametrize("content", [mp4(b"vide"), matroska(b"V_VP9"), matroska(size=0), b"OggS"])
def test_whole_films_miss_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "film").write_bytes(content)
    assert missing_part(tmp_path / "film") == ""
    assert missing_part(tmp_path / "nowhere") == ""


@given(st.sampled_from([*FILMS.values(), *SOUND.values()]), st.binary(max_size=40), st.data())
def test_any_damage_of_a_file_is_survived(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, damage: bytes, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(content)))
    path = tmp_path_factory.mktemp("any") / "film"
    path.write_bytes(content[:place] + damage + content[place + len(damage) :])
    missing_part(path)
    try:
        kind_of(str(path))
    except SourceError as error:
        assert path.name in str(error)  # noqa: PT017 - not every content is refused


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    small = np.random.default_rng(0).integers(0, 255, (12, 16, 3), np.uint8)
    return cv2.resize(small, (320, 240))


def jpeg_with_a_preview(picture: np.ndarray) -> bytes:
    """As cameras write it: a small JPEG in a segment, and data behind the end."""
    whole, small = (cv2.imencode(".jpg", one)[1].tobytes() for one in (picture, picture[::8, ::8]))
    segment = b"\xff\xe1" + (2 + len(small)).to_bytes(2, "big") + small
    return whole[:2] + segment + b"\xff" + whole[2:]


@pytest.mark.parametrize("ending", [".jpg", ".png", ".bmp", ".webp"])
def test_cut_images(picture: np.ndarray, tmp_path: Path, ending: str) -> None:
    data = cv2.imencode(ending, picture)[1].tobytes()
    assert not is_cut_image(data)
    path = tmp_path / f"photo{ending}"
    for part in (0.5, 0.99):
        path.write_bytes(data[: int(part * len(data))])
        with pytest.raises(SourceError, match=r"photo.* is cut off: its end is missing"):
            list(open_source(SourceSettings(source=str(path))))


def test_a_preview_and_a_film_behind_a_jpeg(picture: np.ndarray) -> None:
    data = jpeg_with_a_preview(picture)
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape == picture.shape
    assert not is_cut_image(data)
    assert not is_cut_image(data + b"\x00\xff\xda\x00film")
    assert is_cut_image(data[:-10])


def test_a_cut_image_of_a_folder_is_skipped(
    picture: np.ndarray, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = cv2.imencode(".jpg", picture)[1].tobytes()
    (tmp_path / "1.jpg").write_bytes(data)
    (tmp_path / "2.jpg").write_bytes(data[:-40])
    (tmp_path / "._1.jpg").write_bytes(b"\x00\x05\x16\x07" + bytes(80))
    source = open_source(SourceSettings(source=str(tmp_path)))
    assert [frame.index for frame in source] == [0]
    assert (source.length, source.skipped) == (2, 1)
    assert "2.jpg is skipped: it is cut off" in caplog.text
