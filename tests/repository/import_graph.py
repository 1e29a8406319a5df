# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Imports of the files of this clone, read from their source."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

#: the parts of a module's dotted name, below its folder
Name = tuple[str, ...]


@cache
def imports_of(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """Return the imports of a file; several tests ask for those of the same files."""
    nodes = ast.walk(ast.parse(path.read_text(), str(path)))
    return [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


def imported_names(path: Path) -> Iterator[str]:
    """Yield the dotted names that a file imports, relative ones left out."""
    for node in imports_of(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_graph(folder: Path) -> dict[Name, set[Name]]:
    """Return which modules of a folder each module imports.

    Imports inside functions and imports for type checking are included.
    """
    files = {
        module_name(path.relative_to(folder)): path
        for path in folder.rglob("*.py")
        if "tests" not in path.relative_to(folder).parts
    }
    return {
        name: {end for end in relative_imports(name, path, files) if end != name}
        for name, path in files.items()
    }


def module_name(path: Path) -> Name:
    parts = path.with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def relative_imports(name: Name, path: Path, files: dict[Name, Path]) -> Iterator[Name]:
    package = name if path.name == "__init__.py" else name[:-1]
    for node in imports_of(path):
        if isinstance(node, ast.ImportFrom) and node.level:
            above = package[: len(package) - node.level + 1]
            base = (*above, *(node.module.split(".") if node.module else ()))
            for alias in node.names:
                yield from filter(files.get, [(*base, alias.name)])
                if (*base, alias.name) not in files and base in files:
                    yield base


def find_circles(graph: dict[Name, set[Name]]) -> list[list[str]]:
    """Return the strongly connected components of several modules."""
    reachable = {name: reach(graph, name) for name in graph}
    circles = {
        frozenset(other for other in ends if name in reachable[other])
        for name, ends in reachable.items()
        if name in ends
    }
    return sorted(sorted(map(".".join, circle)) for circle in circles)


def reach(graph: dict[Name, set[Name]], start: Name) -> set[Name]:
    found: set[Name] = set()
    pending = [start]
    while pending:
        ends = graph[pending.pop()] - found
        found |= ends
        pending += ends
    return found
