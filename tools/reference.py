"""Writes the pages of the API reference, one for each folder that a robot needs.

Each build of the documentation writes them (docs/conf.py); they are not in the repository.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "pose_action_ros"
LAB = "lab"
"""Folder of training and evaluation, which needs PyTorch and is left out."""


def write_reference(folder: Path) -> None:
    """Write all pages into a folder, and remove those of folders that no longer exist."""
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
    """Pages in reStructuredText by name: the index, the shared modules, and each folder."""
    tops = [path for path in modules(PACKAGE, "*.py") if not path.stem.startswith("__")]
    texts = {"shared": page("Shared modules", tops)}
    for folder in sorted(PACKAGE.iterdir()):
        if (folder / "__init__.py").is_file() and folder.name != LAB:
            texts[folder.name] = page(folder.name, modules(folder, "**/*.py"))
    entries = "".join(f"   {name}\n" for name in texts)
    texts["index"] = f"{title('API reference', '=')}.. toctree::\n   :maxdepth: 1\n\n{entries}"
    return texts


def modules(folder: Path, pattern: str) -> list[Path]:
    """Modules of a folder, without the packages below it."""
    return [
        path
        for path in sorted(folder.glob(pattern))
        if path.name != "__init__.py" or path.parent == folder
    ]


def page(heading: str, paths: list[Path]) -> str:
    """A page with the public names of some modules."""
    return title(heading, "=") + "".join(section(path) for path in paths)


def section(path: Path) -> str:
    """The part of one module."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    name = ".".join(part for part in parts if part != "__init__")
    return f"{title(name, '-')}.. automodule:: {name}\n\n"


def title(text: str, line: str) -> str:
    """A heading."""
    return f"{text}\n{line * len(text)}\n\n"
