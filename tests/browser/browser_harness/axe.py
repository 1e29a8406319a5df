# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Check the accessibility of a screen with axe-core."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from devtools.environment import CLONE
from devtools.errors import SetupError
from devtools.home import Home
from node_packages import ensure_node_packages, has_node
from playwright.sync_api import Page

NODE_FOLDER = CLONE / "setup" / "node-browser"
#: Parts of Odoo's web client that violate rules, and that no connector can change.
#: selector → why it is excluded
EXCLUDED: dict[str, str] = {
    ".o_list_record_selector": "check boxes of the rows of a list have no label",
    ".o_optional_columns_dropdown": "the button has an icon without a text",
    ".o_notebook_headers": "the tabs are not in an element of the role tablist",
    ".o-dropdown:has(.o_select_menu_input)": "a choice: autocomplete, aria-expanded",
    ".o_clipboard_button": "the button has an icon without a text",
    ".o-mail-Form-chatter": "the chatter of Odoo",
    ".o-mail-Avatar": "pictures of users have no text",
    ".o_m2o_avatar": "pictures of users have no text",
}
SERIOUS = ("serious", "critical")
# The content of the action, without the navigation bar and the control panel of Odoo.
CONTENT = (
    ".o_action_manager .o_content, .o_action_manager > .o_action:not(:has(.o_content))"
)
DIALOG = ".modal:not(.o_inactive_modal) .modal-content"
RUN = """async ([include, exclude]) => {
    const found = [...document.querySelectorAll(include)];
    if (!found.length) {
        return null;
    }
    const options = {resultTypes: ["violations"], elementRef: false};
    const result = await axe.run({include: found, exclude}, options);
    return result.violations;
}"""


def ensure_axe(home: Home) -> Path:
    """Return the script of axe-core, which checks the accessibility of a page.

    :raises SetupError: without npm, or if npm cannot install it
    """
    if not has_node():
        raise SetupError(
            "node and npm were not found, which install axe-core: install them "
            "(Debian, Ubuntu: apt-get install nodejs npm)."
        )
    packages = ensure_node_packages(home, NODE_FOLDER, "browser-node", "axe-core")
    return packages / "node_modules" / "axe-core" / "axe.min.js"


@cache
def read_script() -> str:
    return ensure_axe(Home.from_environ()).read_text()


def axe(
    page: Page, include: str | None = None, ignored_rules: Iterable[str] = ()
) -> None:
    """Fail on serious and critical violations in the content of the screen.

    :param include: CSS selector of the parts to check, instead of the open dialog or
        else the content of the action
    :param ignored_rules: ids of rules of axe-core; say in a comment why
    :raises AssertionError: with each violation, its element and axe-core's advice
    """
    if include is None:
        include = DIALOG if page.locator(DIALOG).count() else CONTENT
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(read_script())
    violations = page.evaluate(RUN, [include, [[one] for one in EXCLUDED]])
    if violations is None:
        raise AssertionError(f"axe: nothing on the page matches {include}")
    serious = [
        violation
        for violation in violations
        if violation["impact"] in SERIOUS and violation["id"] not in set(ignored_rules)
    ]
    if serious:
        text = "\n".join(map(describe, serious))
        raise AssertionError(f"accessibility of {page.url}:\n{text}")


def describe(violation: dict) -> str:
    """Return a violation in words: rule, elements, what to change."""
    lines = [f"* {violation['id']} ({violation['impact']}): {violation['help']}"]
    for node in violation["nodes"][:5]:
        advice = node["failureSummary"].replace("\n", "\n        ")
        lines += [f"    {' '.join(node['target'])}", f"      {node['html'][:200]}"]
        lines.append(f"        {advice}")
    more = len(violation["nodes"]) - 5
    if more > 0:
        lines.append(f"    ... and {more} more elements")
    return "\n".join(lines)
