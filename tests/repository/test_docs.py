# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The documentation builds without a warning, and what it shows is true."""

import ast
import importlib
import re
import textwrap

import pytest
from devtools.environment import CLONE

DOCS = CLONE / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.rst") if "_build" not in path.parts)
# A paragraph that ends in two colons, or the directive; then what is indented.
PYTHON_BLOCK = re.compile(
    r"^(?P<indent> *)(?:(?!\.\. )\S.*::|::|\.\. code-block:: python)\n"
    r"(?P<block>(?:\n|(?P=indent)    .*\n|(?P=indent)   \S.*\n)+)",
    re.MULTILINE,
)


def python_blocks(page):
    for match in PYTHON_BLOCK.finditer(page.read_text()):
        block = textwrap.dedent(match["block"]).strip() + "\n"
        # Without the options of the directive.
        yield re.sub(r"\A(:\w+:.*\n)+\n", "", block)


def parse(block):
    """Return the tree of a sample; a method or the body of one stands alone there."""
    return ast.parse(f"async def sample():\n{textwrap.indent(block, '    ')}")


def test_site_builds_without_a_warning(site):
    assert (site / "index.html").is_file()


def test_there_are_samples():
    assert sum(1 for page in PAGES for _block in python_blocks(page)) > 40


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_samples_are_python(page):
    for block in python_blocks(page):
        try:
            parse(block)
        except SyntaxError as error:
            pytest.fail(f"{page.name}: {error}\n{block}")


def imported_names(page):
    for block in python_blocks(page):
        for node in ast.walk(parse(block)):
            if isinstance(node, ast.ImportFrom) and not node.level:
                yield from ((node.module, alias.name) for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from ((alias.name, None) for alias in node.names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_samples_import_what_there_is(page):
    for module_name, name in imported_names(page):
        module = importlib.import_module(module_name)
        assert name is None or hasattr(module, name), f"{module_name}.{name}"
