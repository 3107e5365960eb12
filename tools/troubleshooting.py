"""Write the problems of `pose-action doctor` into the docs.

python tools/troubleshooting.py
"""

from __future__ import annotations

from pathlib import Path

from pages import rewritten

from pose_action_ros.doctor.checks import CHECK_FAILED, TITLES, Problem, problems_of

PAGE = Path(__file__).resolve().parent.parent / "docs" / "troubleshooting.md"


def page(text: str) -> str:
    """The page with its list of problems replaced."""
    return rewritten(text, "findings", all_problems())


def all_problems() -> str:
    """A section for each check, and one for the problem of all checks."""
    sections = [section(title, problems_of(name)) for name, title in TITLES.items()]
    return "".join([*sections, section("Any check", [CHECK_FAILED]), "\n"])


def section(title: str, problems: list[Problem]) -> str:
    """Problems of one check."""
    return f"\n## {title}\n\n" + "".join(map(entry, problems))


def entry(problem: Problem) -> str:
    """One problem: name, level, consequence and remedy."""
    why = problem.why[0].upper() + problem.why[1:]
    return (
        f"- **`{problem.name}`** ({problem.level.value}): {problem.summary} {why}.\n"
        f"  *Do:* {problem.remedy_template}.\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
