# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the files of this clone import, read from their source."""

import ast
from collections.abc import Iterator
from pathlib import Path

#: the parts of a module's dotted name, below its folder
Name = tuple[str, ...]


def imported_names(path: Path) -> Iterator[str]:
    """Yield the dotted names that a file imports, relative ones left out."""
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_graph(folder: Path) -> dict[Name, set[Name]]:
    """Return which modules of a folder each imports as it is loaded itself.

    What is imported within functions, or for types only, does not count.
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
    for node in statements_of_load(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.ImportFrom) and node.level:
            above = package[: len(package) - node.level + 1]
            base = (*above, *(node.module.split(".") if node.module else ()))
            for alias in node.names:
                yield from filter(files.get, [(*base, alias.name)])
                if (*base, alias.name) not in files and base in files:
                    yield base


def statements_of_load(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the statements that run when a module is loaded."""
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            pending += node.orelse
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            pending += ast.iter_child_nodes(node)


def find_circle(graph: dict[Name, set[Name]]) -> list[str]:
    """Return the modules of a circle, empty where there is none."""
    finished: set[Name] = set()

    def visit(name: Name, path: list[Name]) -> list[Name]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name not in finished:
            for end in sorted(graph[name]):
                circle = visit(end, [*path, name])
                if circle:
                    return circle
            finished.add(name)
        return []

    for name in sorted(graph):
        circle = visit(name, [])
        if circle:
            return [".".join(each) for each in circle]
    return []
