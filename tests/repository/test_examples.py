# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Examples stay small, and the tutorial states their size."""

import ast
import io
import tokenize

import pytest
from devtools.environment import CLONE

EXAMPLES = sorted((CLONE / "examples").glob("*/__manifest__.py"))
TUTORIAL = CLONE / "docs" / "second_connector.rst"
#: of a connector with two-way stock, webhooks, and links to the records of the shop
MAX_LINES = 510
IGNORED = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}


def count_code(path):
    """Return the number of lines that are neither blank, comment nor docstring."""
    source = path.read_text()
    code = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in IGNORED:
            code.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
        if isinstance(node, kinds) and ast.get_docstring(node, clean=False) is not None:
            docstring = node.body[0]
            code.difference_update(range(docstring.lineno, docstring.end_lineno + 1))
    return len(code)


@pytest.mark.parametrize("manifest", EXAMPLES, ids=lambda path: path.parent.name)
def test_example_is_small(manifest):
    paths = [
        path
        for path in manifest.parent.rglob("*.py")
        if "tests" not in path.relative_to(manifest.parent).parts
        and not path.name.startswith("__")
    ]
    assert paths
    assert sum(map(count_code, paths)) < MAX_LINES


@pytest.mark.parametrize(
    "name",
    ["models.py", *(f"components/{n}.py" for n in ("core", "products", "sales"))],
)
def test_tutorial_states_the_lines_of_a_module(name):
    lines = count_code(CLONE / "examples" / "connector_vendure" / name)
    assert f" {lines} lines\n" in TUTORIAL.read_text()
