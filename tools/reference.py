"""Writes the pages of the API reference, one for each folder of what runs on a robot.

They are made anew for each build of the documentation (docs/conf.py) and not kept.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "pose_action_ros"
TRAINING = ("datasets", "evaluation", "networks", "search", "training")
"""Folders of what trains and measures; they need PyTorch."""
PYTORCH = "torch"
"""How the modules of the engine for it begin, which need it, too."""


def write_reference(folder: Path) -> None:
    """Write all pages into a folder; those of folders that are gone are removed."""
    folder.mkdir(exist_ok=True)
    texts = pages()
    for path in folder.glob("*.rst"):
        if path.stem not in texts:
            path.unlink()
    for name, text in texts.items():
        path = folder / f"{name}.rst"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """Text in reStructuredText by name: the modules above all folders, folders, and their index."""
    tops = [path for path in modules(PACKAGE, "*.py") if not path.stem.startswith("__")]
    texts = {"shared": page("Shared modules", tops)}
    for folder in sorted(PACKAGE.iterdir()):
        if (folder / "__init__.py").is_file() and folder.name not in TRAINING:
            texts[folder.name] = page(folder.name, modules(folder, "**/*.py"))
    entries = "".join(f"   {name}\n" for name in texts)
    texts["index"] = f"{title('API reference', '=')}.. toctree::\n   :maxdepth: 1\n\n{entries}"
    return texts


def modules(folder: Path, pattern: str) -> list[Path]:
    """Modules by their path; of packages only the folder's own."""
    found = [path for path in sorted(folder.glob(pattern)) if not path.stem.startswith(PYTORCH)]
    return [path for path in found if path.name != "__init__.py" or path.parent == folder]


def page(heading: str, paths: list[Path]) -> str:
    """A page of modules, each with what it offers."""
    return title(heading, "=") + "".join(section(path) for path in paths)


def section(path: Path) -> str:
    """One module."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    name = ".".join(part for part in parts if part != "__init__")
    return f"{title(name, '-')}.. automodule:: {name}\n\n"


def title(text: str, line: str) -> str:
    """A heading."""
    return f"{text}\n{line * len(text)}\n\n"
