# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The first pages are completely translated into French."""

import polib
import pytest
from devtools.environment import CLONE

CATALOGS = CLONE / "docs" / "locale" / "fr" / "LC_MESSAGES"
PAGES = ("index", "start", "concepts")


@pytest.mark.parametrize("page", PAGES)
def test_page_is_translated_completely(page, messages):
    catalog = {entry.msgid: entry for entry in polib.pofile(CATALOGS / f"{page}.po")}
    wanted = [entry.msgid for entry in polib.pofile(messages / f"{page}.pot")]
    assert len(wanted) > 5
    missing = [
        text for text in wanted if text not in catalog or not catalog[text].translated()
    ]
    # ./dev docs --update-catalogs adds missing terms.
    assert missing == []


def test_every_picture_of_a_translated_page_is_drawn_in_french():
    for page in PAGES:
        text = (CLONE / "docs" / f"{page}.rst").read_text()
        for line in text.splitlines():
            if line.startswith(".. image::"):
                picture = CLONE / "docs" / line.split()[-1]
                assert picture.with_suffix(".fr.svg").is_file(), picture
