# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Plain technical English in code, docs and screens."""

import subprocess

import pytest
from devtools.environment import CLONE
from prose import FIELDS, find_banned

#: folders and files that are written in plain English already
CLEAN = (
    ".github",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.rst",
    "SECURITY.md",
    "benchmarks",
    "component",
    "component_event",
    "connector",
    "connector_odoo",
    "connector_odoo_sale",
    "docs",
    "examples",
    "libs",
    "setup",
    "tests",
)
SUFFIXES = {".py", ".rst", ".md", ".xml", ".pot"}
#: the list of phrases and its tests
EXCLUDED = (
    "tests/repository/prose.py",
    "tests/repository/test_prose.py",
)


def versioned(folder):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", folder],
        cwd=CLONE,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(filter(None, listed.stdout.split("\0")))


@pytest.mark.parametrize("folder", CLEAN)
def test_no_banned_phrase(folder):
    paths = [
        CLONE / name
        for name in versioned(folder)
        if name not in EXCLUDED and (CLONE / name).suffix in SUFFIXES
    ]
    paths = [path for path in paths if path.is_file()]
    assert paths
    found = [line for path in paths for line in find_banned(path)]
    assert found == [], "\n".join(["", *found])


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("page.rst", "Tell whether it is\nset.\n\nThe ``at once`` option.", 1),
        ("page.rst", "What is it? There is no record.\n\nWhat a listener does.", 1),
        ("module.py", '"""Return a list of\n    its own."""  # by itself', 2),
        (
            "module.py",
            "def test_what_it_does():\n    raise Error('Tell\\twhether it is')",
            2,
        ),
        ("module.py", "def tell(): ...\nwalk = at_once = None", 0),
        ("view.xml", '<form><field help="Told of all" name="at once"/></form>', 1),
        ("addon.pot", 'msgid "Set it anew."\nmsgstr ""\n', 1),
        ("addon.pot", '#: code:a/b.py:0\nmsgid "Set it anew."\nmsgstr ""\n', 1),
        ("addon.pot", f'#: {FIELDS},a:0\nmsgid "Set it anew."\nmsgstr ""\n', 0),
    ],
)
def test_banned_phrases_are_found(tmp_path, name, text, count):
    path = tmp_path / name
    path.write_text(text)
    found = find_banned(path)
    assert len(found) == count, found
