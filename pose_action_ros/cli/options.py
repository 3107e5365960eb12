"""Command line options from settings classes: names, types, defaults and help."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Collection
from dataclasses import fields
from pathlib import Path
from typing import TypeVar

from pose_action_ros.settings import (
    Limits,
    Settings,
    Value,
    defaults,
    from_mapping,
    kind_of,
    limits_of,
)

Config = TypeVar("Config", bound=Settings)

_KINDS = {int: "INTEGER", float: "NUMBER", str: "TEXT"}


def add_options(
    parser: argparse.ArgumentParser, settings: type, skip: Collection[str] = ()
) -> None:
    """Add one option for each setting, in a group for each class that has fields.

    Args:
        parser: of the command.
        settings: settings class.
        skip: settings without an option of their own.
    """
    remaining = {item.name: limits_of(item) for item in fields(settings) if item.name not in skip}
    for part in settings.__mro__:
        names = [name for name in inspect.get_annotations(part) if name in remaining]
        if names:
            title = (part.__doc__ or part.__name__).splitlines()[0].rstrip(".")
            group = parser.add_argument_group(title)
            for name in names:
                _add_option(group, settings, name, remaining.pop(name))


def add_output(parser: argparse.ArgumentParser, path: str, text: str) -> None:
    """Add the option of the file or folder that a command writes; `text` describes it."""
    parser.add_argument(
        "--output", type=Path, default=Path(path), help=f"{text} (default: %(default)s)"
    )


def _add_option(group: argparse._ArgumentGroup, settings: type, name: str, limits: Limits) -> None:
    """Add one option, without a default: only given options are in the parsed arguments."""
    flag, text = "--" + name.replace("_", "-"), _help(limits, defaults(settings)[name])
    kind = kind_of(settings, name)
    if kind is bool:
        group.add_argument(
            flag,
            dest=name,
            default=argparse.SUPPRESS,
            action=argparse.BooleanOptionalAction,
            help=text,
        )
    else:
        group.add_argument(
            flag,
            dest=name,
            default=argparse.SUPPRESS,
            type=kind,
            metavar=None if limits.choices else _KINDS[kind],
            choices=limits.choices or None,
            help=text,
        )


def _help(limits: Limits, default: Value) -> str:
    """Description, unit and default; % is doubled, since argparse expands it."""
    unit = f" [{limits.unit}]" if limits.unit else ""
    shown = str(default) if default != "" else "empty"
    return f"{limits.description.rstrip('.')}{unit} (default: {shown})".replace("%", "%%")


def settings_from(args: argparse.Namespace, settings: type[Config], **values: object) -> Config:
    """Create settings from the given options; `values` are those of skipped ones.

    Raises:
        SettingError: a value is not allowed.
    """
    given = {name: vars(args)[name] for name in defaults(settings) if name in vars(args)}
    return from_mapping(settings, {**given, **values})
