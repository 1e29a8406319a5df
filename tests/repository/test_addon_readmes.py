# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""README.rst and description page of each addon say what its readme/ says."""

import pytest
from addon_readmes import (
    Fragments,
    convert,
    generate_all,
    make_changelog,
    make_page,
    make_readme,
    read_history,
)
from devtools.addons import find_addons
from devtools.environment import CLONE

ADDONS = {
    name: addon for name, addon in find_addons(CLONE).items() if not addon.is_test_only
}
MANIFEST = {"name": "Shop", "author": "Somebody"}


def test_generated_files_are_in_step_with_the_fragments():
    stale = [
        str(path.relative_to(CLONE))
        for path, text in generate_all(CLONE).items()
        if not path.is_file() or path.read_text() != text
    ]
    assert stale == [], "run ./dev readme"


@pytest.mark.parametrize("name", sorted(ADDONS))
def test_every_addon_describes_itself(name):
    folder = ADDONS[name].path
    assert {"DESCRIPTION", "USAGE", "CONTRIBUTORS", "HISTORY"} <= {
        path.stem for path in (folder / "readme").glob("*.md")
    }
    assert (folder / "static" / "description" / "icon.png").is_file()


@pytest.mark.parametrize("name", sorted(ADDONS))
def test_history_has_the_version_of_the_manifest(name):
    version = Fragments.read(ADDONS[name].path).manifest["version"]
    history = (ADDONS[name].path / "readme" / "HISTORY.md").read_text()
    assert f"## {version}" in history


def test_readme_has_the_sections_in_their_order():
    texts = {
        "USAGE": "Click.",
        "DESCRIPTION": "A *shop*.",
        "HISTORY": "## 19.0.1.0.0\n\n- First.",
        "CONTRIBUTORS": "- Someone",
    }
    readme = make_readme(Fragments("shop", MANIFEST, texts))
    positions = [
        readme.index(text)
        for text in (
            *("A *shop*.", "Usage\n=====\n\nClick.", "Changelog\n========="),
            *("19.0.1.0.0\n----------\n\n- First.", "Credits\n======="),
            *("Authors\n-------\n\n* Somebody", "Contributors\n------------\n\n- Some"),
        )
    ]
    assert positions == sorted(positions)


def test_fragment_of_no_section_is_refused(tmp_path):
    (tmp_path / "readme").mkdir()
    (tmp_path / "__manifest__.py").write_text(repr(MANIFEST))
    (tmp_path / "readme" / "HINTS.md").write_text("Hint")
    with pytest.raises(ValueError, match="HINTS; known are DESCRIPTION"):
        Fragments.read(tmp_path)


def test_code_and_links_become_those_of_restructured_text():
    converted = convert("`run()`, [here](https://example.com)", level=1)
    assert converted == "``run()``, `here <https://example.com>`__"


def test_page_escapes_what_the_readme_says():
    page = make_page("Shop\n====\n\nFrom A <b> to B.\n")
    assert "<title>Shop</title>" in page
    assert "From A &lt;b&gt; to B." in page


def test_changelog_has_each_addon_with_its_versions_below():
    changelog = make_changelog({"shop": "## 19.0.1.0.0\n\n- First.\n"})
    assert "\n\n## shop\n\n### 19.0.1.0.0\n\n- First.\n" in changelog


def test_history_begins_with_the_news_that_are_not_released(tmp_path):
    folder = tmp_path / "readme" / "newsfragments"
    folder.mkdir(parents=True)
    history = "## 19.0.1.0.0\n\n- First.\n"
    (tmp_path / "readme" / "HISTORY.md").write_text(history)
    assert read_history(tmp_path) == history
    (folder / "+orders.feature.md").write_text("Orders are\nimported.\n")
    news = "## Not released\n\n- Orders are\n  imported.\n\n"
    assert read_history(tmp_path) == news + history
