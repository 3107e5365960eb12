"""CSV files of films: what is read, and what is wrong where."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.lab.evaluation.film_manifest import films_of, read_manifest

HEADER = "path,label,start_s,end_s,person,ambiguous"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "far").mkdir()
    for name in ("one_2m.mp4", "far/two.mp4", "three.mp4"):
        (tmp_path / name).touch()
    return tmp_path


def write(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "films.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_rows(folder: Path) -> None:
    header = f"{HEADER},note,accept,distance"
    path = write(
        folder,
        "one_2m.mp4,waving,0.5,2,ada,0,a note,bowing clapping,2 m",
        "far/two.mp4,other,,,bob,1,,,",
        header=header,
    )
    one, two = read_manifest(path)
    assert (one.path, one.name, one.label) == (folder / "one_2m.mp4", "one_2m.mp4", "waving")
    assert (one.start, one.end, one.person, one.ambiguous) == (0.5, 2.0, "ada", False)
    assert (sorted(one.right), one.group) == (["bowing", "clapping", "waving"], "2 m")
    assert (two.start, two.end, two.ambiguous, sorted(two.right)) == (0.0, inf, True, [])
    assert (one.of_label, two.of_label) == (True, False)
    groups = [film.group for film in read_manifest(path, r"_(\d)m")]
    assert groups == ["2", ""]


def test_people_are_chosen(folder: Path) -> None:
    rows = [f"{name},waving,,,{person},0" for name, person in (("one_2m.mp4", "ada"),)]
    rows += ["far/two.mp4,other,,,bob,0", "three.mp4,other,,,ada,0"]
    films = read_manifest(write(folder, *rows))
    assert [film.name for film in films_of(films, ["ada"], [])] == ["one_2m.mp4", "three.mp4"]
    assert [film.name for film in films_of(films, [], ["ada"])] == ["far/two.mp4"]
    with pytest.raises(InputError, match=r"person 'eve', expected .*: ada, bob"):
        films_of(films, [], ["eve"])
    with pytest.raises(InputError, match="got no films"):
        films_of(films, ["ada"], ["ada"])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("none.mp4,waving,0,1,ada,0", "path 'none.mp4', expected a film relative to"),
        (",waving,0,1,ada,0", "path '', expected a film"),
        ("three.mp4,Waving,0,1,ada,0", "label 'Waving', expected lower-case"),
        ("three.mp4", "label '', expected lower-case"),
        ("three.mp4,waving,zero,1,ada,0", "start_s 'zero', expected seconds"),
        ("three.mp4,waving,0,inf,ada,0", "end_s 'inf', expected seconds"),
        ("three.mp4,waving,0,nan,ada,0", "end_s 'nan', expected seconds"),
        ("three.mp4,waving,2,1,ada,0", "start_s 2.0 and end_s 1.0, expected 0 <= start_s < end_s"),
        ("three.mp4,waving,-1,1,ada,0", "start_s -1.0 and end_s 1.0, expected 0 <="),
        ("three.mp4,waving,0,1,ada,maybe", "ambiguous 'maybe', expected 0 or 1"),
        ("one_2m.mp4,bowing,3,4,ada,0", "one_2m.mp4 as in .*row 2, expected one row for a film"),
    ],
)
def test_a_wrong_row_is_named(folder: Path, row: str, message: str) -> None:
    path = write(folder, "one_2m.mp4,waving,0,1,ada,0", row)
    with pytest.raises(InputError, match=rf"films\.csv, row 3: got .*{message}"):
        read_manifest(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "columns none, expected path, label, start_s, end_s, person, ambiguous"),
        ("path,label\na,b\n", "columns path, label, expected path, label, start_s"),
        (HEADER, "no rows, expected one for each film"),
    ],
)
def test_a_wrong_file_is_refused(folder: Path, content: str, message: str) -> None:
    path = folder / "films.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=rf"films\.csv: got .*{message}"):
        read_manifest(path)
    with pytest.raises(InputError, match=r"cannot read the manifest .*none\.csv"):
        read_manifest(folder / "none.csv")


def test_labels_are_those_of_the_model(folder: Path) -> None:
    row = "three.mp4,waving,0,1,ada,0,clapping"
    (film,) = read_manifest(write(folder, row, header=f"{HEADER},accept"))
    film.check_label(["bowing", "waving"])
    with pytest.raises(InputError, match=r"row 2: got the label 'waving', .* other or .*: bowing"):
        film.check_label(["bowing"])


@pytest.mark.parametrize(("group", "message"), [("(", "no regular"), ("_m", "in brackets")])
def test_a_wrong_group_is_refused(folder: Path, group: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        read_manifest(write(folder, "three.mp4,waving,0,1,ada,0"), group)
