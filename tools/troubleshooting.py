"""Writes what `pose-action doctor` can find into the docs, from the problems in the code.

python tools/troubleshooting.py
"""

from __future__ import annotations

from pathlib import Path

from pages import rewritten

from pose_action_ros.doctor.checks import CHECK_FAILED, TITLES, problems
from pose_action_ros.doctor.findings import Problem

PAGE = Path(__file__).resolve().parent.parent / "docs" / "troubleshooting.md"


def page(text: str) -> str:
    """The page with its findings written anew."""
    return rewritten(text, "findings", all_findings())


def all_findings() -> str:
    """A section for each check, and one for what can happen to any."""
    sections = [section(title, problems(name)) for name, title in TITLES.items()]
    return "".join([*sections, section("Any check", [CHECK_FAILED]), "\n"])


def section(title: str, found: list[Problem]) -> str:
    """One check's problems."""
    return f"\n## {title}\n\n" + "".join(map(entry, found))


def entry(problem: Problem) -> str:
    """One problem: its name, its level, what it means and what to do."""
    why = problem.why[0].upper() + problem.why[1:]
    return (
        f"- **`{problem.name}`** ({problem.level.value}): {problem.what} {why}.\n"
        f"  *Do:* {problem.remedy_for_all}.\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
