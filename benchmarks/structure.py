"""`python -m benchmarks.structure [ROOT ...]`: static figures of the code of each checkout.

Imports inside functions count, too. Packages (`__init__.py`) are not counted as modules imported by
one other module.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

PACKAGE = "pose_action_ros"
_SHORT = 30
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file.

    Attributes:
        name: dotted name.
        lines: number of lines.
        tree: parsed source.
    """

    name: str
    lines: int
    tree: ast.Module

    def import_lines(self) -> int:
        """Number of lines of import statements."""
        nodes = (
            node for node in ast.walk(self.tree) if isinstance(node, ast.Import | ast.ImportFrom)
        )
        return sum(_length(node) for node in nodes)

    def functions(self) -> Iterator[Function]:
        """Yield all functions and methods."""
        yield from (node for node in ast.walk(self.tree) if isinstance(node, Function))


def _length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def read_modules(root: Path, folder: str) -> dict[str, Module]:
    """Parse all Python files below a folder of a checkout."""
    modules = {}
    for path in sorted((root / folder).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        modules[name] = Module(name, len(text.splitlines()), ast.parse(text))
    return modules


def importers(modules: Mapping[str, Module]) -> dict[str, set[str]]:
    """Names of the modules that import each module."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for module in modules.values():
        for node in ast.walk(module.tree):
            for name in _imported(node, modules):
                if name != module.name:
                    found[name].add(module.name)
    return dict(found)


def _imported(node: ast.AST, modules: Mapping[str, Module]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in modules)
    elif isinstance(node, ast.ImportFrom) and node.module:
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            if inner in modules or node.module in modules:
                yield inner if inner in modules else node.module


def exported_names(module: Module) -> int:
    """Number of public names of a package: of `__all__`, or imported at the top level."""
    for node in module.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        if "__all__" in names and isinstance(
            value := getattr(node, "value", None), ast.List | ast.Tuple
        ):
            return len(value.elts)
    imports = (node for node in module.tree.body if isinstance(node, ast.ImportFrom))
    return sum(len(node.names) for node in imports if node.module != "__future__")


def measure_structure(root: Path) -> dict[str, str]:
    """Figures of a checkout, by name."""
    modules, tests = read_modules(root, PACKAGE), read_modules(root, "test")
    users = importers(modules)
    packages = {name for name in modules if (root / Path(*name.split("."))).is_dir()}
    lines = sum(module.lines for module in modules.values())
    lengths = [_length(node) for module in modules.values() for node in module.functions()]
    single = sum(len(users.get(name, ())) == 1 for name in modules.keys() - packages)
    short = sum(length <= _SHORT for length in lengths) / len(lengths)
    nodes = (root / PACKAGE / "nodes").glob("*.py")
    return {
        "lines of the package": f"{lines:,}",
        "lines of the tests": f"{sum(test.lines for test in tests.values()):,}",
        "modules": f"{len(modules)}",
        "modules imported by one other module": f"{single}",
        "files in nodes/": f"{len(list(nodes))}",
        "share of import lines": f"{sum(map(Module.import_lines, modules.values())) / lines:.1%}",
        "names exported at the top": f"{exported_names(modules[PACKAGE])}",
        "lines of a module, median": f"{median(module.lines for module in modules.values()):g}",
        "lines of a function, median": f"{median(lengths):g}",
        f"functions of at most {_SHORT} lines": f"{short:.1%}",
    }


def main() -> int:
    """Print a table with a column for each checkout."""
    parser = argparse.ArgumentParser("benchmarks.structure", description=__doc__)
    here = Path(__file__).resolve().parent.parent
    parser.add_argument("roots", nargs="*", type=Path, default=[here], metavar="ROOT")
    roots = parser.parse_args().roots
    if missing := [root for root in roots if not (root / PACKAGE / "__init__.py").is_file()]:
        sys.stderr.write(
            f"{missing[0]} has no {PACKAGE}/__init__.py; expected the root of a checkout\n"
        )
        return 2
    columns = [measure_structure(root) for root in roots]
    print(f"| | {' | '.join(root.resolve().name for root in roots)} |")
    print("| --- |" + " ---: |" * len(columns))
    for name in columns[0]:
        print(f"| {name} | {' | '.join(column[name] for column in columns)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
