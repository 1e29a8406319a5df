# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each change has a news fragment until the release of its addon."""

import shutil
import sys

import pytest
from addon_news import FOLDER, find_news, join_news
from devtools.addons import find_addons
from devtools.environment import CLONE, Environment
from devtools.errors import SetupError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ADDONS = [addon.path for addon in find_addons(CLONE).values() if not addon.is_test_only]
CONFIGURATION = tomllib.loads((CLONE / "towncrier.toml").read_text())["tool"]
TYPES = {one["directory"] for one in CONFIGURATION["towncrier"]["type"]}
FRAGMENTS = [path for addon in ADDONS for path in find_news(addon)]


@pytest.mark.parametrize(
    "path", FRAGMENTS, ids=lambda path: str(path.relative_to(CLONE))
)
def test_a_fragment_has_a_type_and_says_something(path):
    _name, kind = path.stem.rsplit(".", 1)
    assert kind in TYPES
    assert path.read_text().strip()


@pytest.mark.parametrize("addon", ADDONS, ids=lambda path: path.name)
def test_nothing_else_lies_among_the_fragments(addon):
    assert find_news(addon) == sorted((addon / FOLDER).glob("*"))


@pytest.fixture
def shop(tmp_path):
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / "__manifest__.py").write_text('{"version": "19.0.1.1.0"}')
    (tmp_path / "readme" / "HISTORY.md").write_text("## 19.0.1.0.0\n\nFirst.\n")
    (tmp_path / FOLDER / "+orders.feature.md").write_text("Orders are imported.\n")
    (tmp_path / FOLDER / "17.bugfix.md").write_text("Prices are right.\n")
    return tmp_path


def test_a_release_moves_the_fragments_into_the_history(shop):
    assert join_news(Environment.current(), shop)
    history = (shop / "readme" / "HISTORY.md").read_text()
    in_order = [
        *("## 19.0.1.1.0 (2", "### Features", "- Orders are imported.", "### Bugfixes"),
        *("- Prices are right. (#17)", "## 19.0.1.0.0\n\nFirst.\n"),
    ]
    positions = [history.index(text) for text in in_order]
    assert positions == sorted(positions)
    assert not find_news(shop)
    assert not join_news(Environment.current(), shop)


def test_a_version_is_released_once(shop):
    fragments = shop.with_name("fragments")
    shutil.copytree(shop / FOLDER, fragments)
    join_news(Environment.current(), shop)
    shutil.copytree(fragments, shop / FOLDER, dirs_exist_ok=True)
    with pytest.raises(SetupError, match="already"):
        join_news(Environment.current(), shop)
