# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The pictures of the screens are those that ./dev docs --screenshots makes."""

import re

from devtools.environment import CLONE

LARGEST_KILOBYTES = 100
IMAGES = sorted((CLONE / "docs" / "images").glob("*.png"))


def test_every_screenshot_exists():
    code = (CLONE / "docs" / "screenshots.py").read_text()
    made = set(re.findall(r'self\.take\(\s*"(\w+)"', code))
    assert made
    assert made == {path.stem for path in IMAGES}


def test_every_screenshot_is_used():
    pages = "".join(path.read_text() for path in (CLONE / "docs").rglob("*.rst"))
    unused = [path.name for path in IMAGES if f"images/{path.name}" not in pages]
    assert unused == []


def test_screenshots_are_small():
    large = [
        path.name for path in IMAGES if path.stat().st_size > LARGEST_KILOBYTES * 1024
    ]
    assert large == []
