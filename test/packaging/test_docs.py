"""The documentation: written pages are up to date, links have targets, the site builds."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any

import model_cards
import pytest
import topics
from reference import LAB, pages

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
SITE = ("sphinx", "myst_parser", "furo", "rclpy", "pose_action_ros.msg")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def targets(path: Path) -> list[str]:
    """Targets of the links of a page, without links to other sites."""
    found = LINK.findall(CODE.sub("", path.read_text(encoding="utf-8")))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(path: Path) -> set[str]:
    """Anchors of a page, which GitHub derives from its headings."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken(path: Path, target: str) -> bool:
    name, _, anchor = target.partition("#")
    goal = path.parent / name if name else path
    return not goal.exists() or (bool(anchor) and anchor not in anchors(goal))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_have_targets_in_the_repository(path: Path) -> None:
    assert [target for target in targets(path) if broken(path, target)] == []


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A title: here\n[a](#a-title-here) [b](page.md#else) [c](no.md) `[d](e.md)`\n"
    )
    found = [target for target in targets(page) if broken(page, target)]
    assert found == ["page.md#else", "no.md"]


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    listed = {target for target in targets(index) if target.endswith(".md")}
    assert {path.name for path in index.parent.glob("*.md")} - {"index.md"} <= listed


@pytest.mark.parametrize("tool", [topics, model_cards], ids=["topics", "models"])
def test_a_written_page_is_up_to_date(tool: Any) -> None:
    text = tool.PAGE.read_text(encoding="utf-8")
    assert tool.page(text) == text, (
        f"run: python3 tools/bootstrap.py run python tools/{tool.__name__}.py"
    )


def test_every_message_is_described_with_all_its_fields() -> None:
    files = {path.stem: path.read_text() for path in (ROOT / "msg").glob("*.msg")}
    assert set(topics.ORDER) == set(files)
    for text in files.values():
        meaning, found = topics.read(text)
        assert meaning.endswith((".", '"'))
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        assert len(found) == len(lines)


def test_a_constant_and_a_field_without_a_comment_are_read() -> None:
    meaning, found = topics.read("# What\n# it is.\nuint8 A=1  # a | b\n\nX[] people\n")
    assert meaning == "What it is."
    assert found == [topics.Field("uint8", "A = 1", "a \\| b"), topics.Field("X[]", "people", "")]


def test_the_reference_has_every_module_except_the_lab() -> None:
    listed = set(re.findall(r"automodule:: (\S+)", "".join(pages().values())))
    package = ROOT / "pose_action_ros"
    for path in package.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        left_out = parts[1] == LAB or path.stem.startswith("__")
        assert (".".join(parts) in listed) is not left_out, path


def docstrings(path: Path) -> Iterator[str]:
    """Docstrings of a module and its public names, cleaned."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            private = not isinstance(node, ast.Module) and node.name.startswith("_")
            if not private and (text := ast.get_docstring(node)):
                yield text


def test_docstrings_are_valid_restructuredtext() -> None:
    napoleon = pytest.importorskip("sphinx.ext.napoleon")
    docutils = pytest.importorskip("docutils.core")
    config = napoleon.Config(napoleon_use_ivar=True, napoleon_use_rtype=False)
    reports = []
    for path in sorted((ROOT / "pose_action_ros").rglob("*.py")):
        for text in docstrings(path) if LAB not in path.parts else ():
            report = StringIO()
            source = str(napoleon.GoogleDocstring(text, config))
            settings = {"warning_stream": report, "report_level": 2}
            docutils.publish_doctree(source, settings_overrides=settings)
            if report.getvalue():
                reports.append(f"{path}: {text}\n{report.getvalue()}")
    assert not reports, "\n".join(reports)


@pytest.mark.exhaustive
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    for name in SITE:
        if not find_spec(name):
            pytest.skip(f"{name} is not installed")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going"]
    command += [str(ROOT / "docs"), str(tmp_path)]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "skeleton_named" in (tmp_path / "reference" / "shared.html").read_text(encoding="utf-8")
    assert (tmp_path / "robot.html").is_file()
