import argparse
import inspect
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.errors import SettingError
from pose_action_ros.output.settings import ProcessSettings
from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class Base(Settings):
    """Options of the base."""

    size: int = setting(3, "how big", unit="px", low=1, high=9)
    fast: bool = setting(True, "runs at 100 % speed")


@dataclass(frozen=True)
class Whole(Base):
    """Options of the whole."""

    kind: str = setting("round", "shape", choices=("round", "square"))
    share: float = setting(0.5, "how much", low=0, high=1)


def _parser(settings: type, *skip: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    add_options(parser, settings, skip)
    return parser


def _parsed(words: list[str]) -> Whole:
    return settings_from(_parser(Whole).parse_args(words), Whole)


def test_defaults_without_options() -> None:
    assert _parsed([]) == Whole()


@given(st.integers(1, 9), st.booleans(), st.sampled_from(["round", "square"]), st.floats(0, 1))
def test_given_options_become_settings(size: int, fast: bool, kind: str, share: float) -> None:
    words = [f"--size={size}", "--fast" if fast else "--no-fast", f"--kind={kind}"]
    assert _parsed([*words, f"--share={share!r}"]) == Whole(size, fast, kind, share)


def test_limits_are_checked() -> None:
    with pytest.raises(SettingError, match="size"):
        _parsed(["--size", "10"])


def test_help_shows_description_unit_and_default() -> None:
    text = " ".join(_parser(Whole).format_help().split())
    assert "how big [px] (default: 3)" in text
    assert "runs at 100 % speed (default: True)" in text
    assert "Options of the base" in text


def test_skipped_settings_come_from_the_command() -> None:
    args = _parser(Whole, "size").parse_args([])
    assert settings_from(args, Whole, size=5) == Whole(size=5)


def test_all_settings_of_the_chain_have_different_names() -> None:
    names = [name for part in ProcessSettings.__mro__ for name in inspect.get_annotations(part)]
    assert len(names) > 40
    assert len(names) == len(set(names))
    _parser(ProcessSettings, "source").format_help()
