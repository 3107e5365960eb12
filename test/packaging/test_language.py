"""The texts of the repository use the nouns of the field, in plain sentences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("pose_action_ros", "test", "tools", "benchmarks", "launch", "config", "docs", "msg")
ENDINGS = (".py", ".md", ".rst", ".yaml", ".xml", ".msg", ".json")
PARAPHRASE = re.compile(
    r"\b(somebody|nobody|everybody|whom|whose|anew|told|is said|are said|was said"
    r"|who (is|are|has|have|does|do|did|was|were|cannot|can)\b"
    r"|what (is|was|are) (left|said|seen|known|told))\b",
    re.IGNORECASE,
)


def texts() -> list[Path]:
    """Return the written files of the repository but this one."""
    paths = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        paths += (ROOT / folder).rglob("*")
    return sorted(
        path
        for path in paths
        if path.suffix in ENDINGS and path != Path(__file__) and "reference" not in path.parts
    )


@pytest.mark.parametrize("path", texts(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_paraphrases(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [f"{number}: {line}" for number, line in enumerate(lines, 1) if PARAPHRASE.search(line)]
    assert not found, "\n".join(found)
