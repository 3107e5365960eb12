import argparse
from dataclasses import dataclass, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.errors import SettingError
from pose_action_ros.output.settings import ProcessSettings
from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class Base(Settings):
    """What the base has."""

    size: int = setting(3, "how big", unit="px", low=1, high=9)
    fast: bool = setting(True, "whether 100 % fast")


@dataclass(frozen=True)
class Whole(Base):
    """What the whole has."""

    kind: str = setting("round", "shape", choices=("round", "square"))
    share: float = setting(0.5, "how much", low=0, high=1)


def _parser(settings: type, *skip: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    add_options(parser, settings, skip)
    return parser


def _parsed(words: list[str]) -> Whole:
    return settings_from(_parser(Whole).parse_args(words), Whole)


def test_without_options_the_defaults() -> None:
    assert _parsed([]) == Whole()


@given(st.integers(1, 9), st.booleans(), st.sampled_from(["round", "square"]), st.floats(0, 1))
def test_what_is_given_arrives(size: int, fast: bool, kind: str, share: float) -> None:
    words = [f"--size={size}", "--fast" if fast else "--no-fast", f"--kind={kind}"]
    assert _parsed([*words, f"--share={share!r}"]) == Whole(size, fast, kind, share)


def test_limits_hold() -> None:
    with pytest.raises(SettingError, match="size"):
        _parsed(["--size", "10"])


def test_help_shows_description_unit_and_default() -> None:
    text = " ".join(_parser(Whole).format_help().split())
    assert "how big [px] (default: 3)" in text
    assert "whether 100 % fast (default: True)" in text
    assert "What the base has" in text


def test_skipped_ones_are_given_by_the_command() -> None:
    args = _parser(Whole, "size").parse_args([])
    assert settings_from(args, Whole, size=5) == Whole(size=5)


def test_all_settings_of_the_chain_have_different_names() -> None:
    names = [
        item.name
        for part in ProcessSettings.__mro__
        if part is not object and part is not ProcessSettings
        for item in (fields(part) if len(part.__mro__) == 2 else ())
    ]
    assert len(names) == len(set(names))
    _parser(ProcessSettings, "source").format_help()
