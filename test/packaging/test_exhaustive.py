"""Each exhaustive test has a quick one that guards the same; CONTRIBUTING.md lists both.

A test with exhaustive parameters beside quick ones is its own quick test.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MARK = "pytest.mark.exhaustive"


def marks_of(path: Path) -> dict[str, bool]:
    """Names of a file's tests, `folder/file.py::test`; true for the exhaustive ones."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    marks = [it for it in tree.body if isinstance(it, ast.Assign) and _is_pytestmark(it)]
    whole = any(MARK in ast.unparse(it) for it in marks)
    file = path.relative_to(ROOT / "test").as_posix()
    return {
        f"{file}::{it.name}": whole or MARK in map(ast.unparse, it.decorator_list)
        for it in tree.body
        if isinstance(it, ast.FunctionDef) and it.name.startswith("test_")
    }


def _is_pytestmark(statement: ast.Assign) -> bool:
    return [ast.unparse(target) for target in statement.targets] == ["pytestmark"]


def every_test() -> dict[str, bool]:
    found: dict[str, bool] = {}
    for path in sorted((ROOT / "test").rglob("test_*.py")):
        found |= marks_of(path)
    return found


def rows() -> Iterator[tuple[str, str]]:
    """Exhaustive test and quick test, or file of quick tests, in the table of CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    yield from re.findall(r"^\| `(.+?)` \| `(.+?)` \|$", text, re.MULTILINE)


def test_contributing_lists_each_exhaustive_test_with_a_quick_one() -> None:
    marked = every_test()
    table = dict(rows())
    assert set(table) == {name for name, exhaustive in marked.items() if exhaustive}
    quick = {name for name, exhaustive in marked.items() if not exhaustive}
    quick |= {name.partition("::")[0] for name in quick}
    assert set(table.values()) <= quick
