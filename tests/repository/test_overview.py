# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""docs/overview.rst has each button, hook and class attribute, with its meaning."""

import ast
import re
import sys

import pytest
from devtools.environment import CLONE

sys.path.insert(0, str(CLONE / "docs" / "_extensions"))

import overview

PAGE = overview.OVERVIEW.read_text()
ROWS = dict(re.findall(r"^   \* - ``(\w+).*``\n     -(.*)$", PAGE, re.MULTILINE))
FORMS = CLONE / "connector" / "views" / "connector_backend_views.xml"
MENU = CLONE / "connector" / "models" / "backend_more.py"


def test_the_page_is_in_step_with_the_sources():
    assert overview.make_overview() == PAGE, "run python docs/_extensions/overview.py"


def test_every_entry_has_a_meaning():
    assert len(ROWS) > 150
    assert [name for name, text in ROWS.items() if not text.strip()] == []


def test_every_button_of_the_backend_is_listed():
    form = re.findall(
        r'name="((?:button|action)_\w+)"\s+type="object"', FORMS.read_text()
    )
    menu = re.findall(r'"((?:button|action)_\w+)"', MENU.read_text())
    assert len(form) > 5
    assert len(menu) > 5
    assert {*form, *menu} - ROWS.keys() == set()


def test_every_optional_field_is_read():
    table = PAGE.partition("may declare\n")[2].partition(".. list-table")[0]
    fields = re.findall(r"^``(\w+)``  ", table, re.MULTILINE)
    assert len(fields) > 4
    sources = "".join(path.read_text() for path in overview.ADDON.rglob("*.py"))
    assert [name for name in fields if f'"{name}"' not in sources] == []


@pytest.mark.parametrize(
    ("body", "hooks", "attributes"),
    [
        (
            "def _documented(self):\n        'Return it.'",
            {"_documented": "Return it."},
            {},
        ),
        ("def _private(self):\n        'Return it.'", {}, {}),
        ("#: the path\n    _documented = 1", {}, {"_documented = 1": "The path"}),
        ("_documented: int = 1  #: a size", {}, {"_documented = 1": "A size"}),
        ("_documented = None\n    'A size.'", {}, {"_documented = None": "A size."}),
        ("_documented = models.Index('(a)')", {}, {}),
    ],
)
def test_entries_of_a_class(body, hooks, attributes):
    source = f"class A:\n    _name = 'a'\n    {body}\n"
    node = ast.parse(source).body[0]
    owner = overview.Owner({}, {}, {})
    overview.read_class(node, source.splitlines(), owner, {"_documented"})
    assert dict(owner.hooks.values()) == hooks
    assert dict(owner.attributes.values()) == attributes
