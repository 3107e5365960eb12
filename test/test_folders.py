from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.folders import files_below, files_in, natural_order


@given(st.lists(st.integers(0, 10**6), min_size=1, unique=True))
def test_numbers_in_names_sort_as_numbers(numbers: list[int]) -> None:
    names = [Path(f"a{number}b.png") for number in numbers]
    ordered = [f"a{number}b.png" for number in sorted(numbers)]
    assert [path.name for path in sorted(names, key=natural_order)] == ordered


@given(st.lists(st.text("ab01 .", min_size=1, max_size=6)))
def test_any_names_can_be_ordered(names: list[str]) -> None:
    ordered = sorted((Path("x" + name) for name in names), key=natural_order)
    assert len(ordered) == len(names)


def test_companions_of_macos_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    names = ("10.PNG", "9.png", "._9.png", "a.txt", "more/._1.png", "more/1.png")
    for name in names:
        (tmp_path / name).touch()
    assert [path.name for path in files_in(tmp_path, ".png")] == ["9.png", "10.PNG"]
    assert [path.name for path in files_in(tmp_path)] == ["9.png", "10.PNG", "a.txt", "more"]
    below = [path.relative_to(tmp_path).as_posix() for path in files_below(tmp_path, ".png")]
    assert below == ["10.PNG", "9.png", "more/1.png"]
