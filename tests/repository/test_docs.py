# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The documentation builds without a warning, and what it shows is true."""

import ast
import importlib
import re
import textwrap

import pytest
from devtools.environment import CLONE
from docutils import nodes
from docutils.core import publish_doctree
from docutils.utils import Reporter

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


#: GitHub leaves these out; a link in the page leads to the same files
SPHINX_ONLY = {
    "toctree": r"^   (\w[\w/]*)$",
    "literalinclude": r"^\.\. literalinclude:: (\S+)$",
}
#: generated from docstrings: only the site has them
REFERENCE = DOCS / "reference"


def read_as_github(page):
    """Return what docutils alone reports of a page, without directives of Sphinx."""
    text = page.read_text()
    for name in SPHINX_ONLY:
        text = re.sub(
            rf"^\.\. {name}::.*\n(?:   .*\n|\n(?=   ))*", "", text, flags=re.M
        )

    settings = {"report_level": Reporter.SEVERE_LEVEL + 1, "_disable_config": True}
    document = publish_doctree(
        text, source_path=str(page), settings_overrides={**settings, "halt_level": 5}
    )
    found = [*document.parse_messages, *document.findall(nodes.system_message)]
    return [one.astext() for one in found if one["level"] > Reporter.INFO_LEVEL]


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if REFERENCE not in page.parents],
    ids=lambda page: page.stem,
)
def test_github_shows_the_page(page):
    assert read_as_github(page) == []
    text = page.read_text()
    links = set(re.findall(r"<([^<>\s]+)>`__|^\.\. _[^:]+: (\S+)$", text, re.MULTILINE))
    links = {link for pair in links for link in pair if link}
    included = re.findall(SPHINX_ONLY["literalinclude"], text, re.MULTILINE)
    for part in text.split(".. toctree::")[1:]:
        block = re.split(r"^\S", part, maxsplit=1, flags=re.MULTILINE)[0]
        names = re.findall(SPHINX_ONLY["toctree"], block, re.MULTILINE)
        included += [f"{name}.rst" for name in names]
    assert set(included) - links == set()
