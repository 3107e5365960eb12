"""Commands that have subcommands, each a module that is imported when it is the one named."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from importlib import import_module
from typing import Any


def add_subcommand(
    parser: argparse.ArgumentParser, commands: Mapping[str, str], text: str, default: str = ""
) -> None:
    """Let the parser take a name in `commands` and that subcommand's options.

    Args:
        parser: of the command.
        commands: subcommands.
        text: what they are about.
        default: the subcommand when none is named; empty for none.
    """
    optional: dict[str, Any] = {"nargs": "?", "default": default} if default else {}
    parser.add_argument("what", choices=commands, help=text, **optional)
    parser.add_argument("options", nargs=argparse.REMAINDER, help="its options; --help lists them")


def run_subcommand(name: str, commands: Mapping[str, str], args: argparse.Namespace) -> int:
    """Run the subcommand that the arguments name; its exit code.

    Args:
        name: of the command.
        commands: subcommand to module with DESCRIPTION, configure(parser) and run(args).
        args: as parsed.
    """
    module: Any = import_module(commands[args.what])
    parser = argparse.ArgumentParser(
        f"pose-action {name} {args.what}", description=module.DESCRIPTION
    )
    module.configure(parser)
    code: int = module.run(parser.parse_args(args.options))
    return code
