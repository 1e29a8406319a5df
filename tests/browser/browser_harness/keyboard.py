# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Use a screen by keyboard: find a control by Tab; check that the focus is visible."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import CDPSession, Page

MOST_STEPS = 150
# The styles by which the focus can show, of the element and its next ancestors.
STYLES = """(element) => {
    const names = ["outline", "boxShadow", "border", "backgroundColor", "color",
        "textDecoration", "opacity"];
    const found = [];
    for (let one = element, i = 0; one && i < 4; one = one.parentElement, i++) {
        for (const pseudo of [null, "::before", "::after"]) {
            const style = getComputedStyle(one, pseudo);
            found.push(names.map((name) => style[name]).join("|"));
        }
    }
    return found.join("\\n");
}"""
IS_FOCUS_VISIBLE = """() => {
    const element = document.activeElement;
    const styles = STYLES;
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height) {
        return "it has no size";
    }
    if (box.bottom <= 0 || box.right <= 0 || box.top >= innerHeight
            || box.left >= innerWidth) {
        return "it is outside of the visible part of the page";
    }
    const still = document.createElement("style");
    still.textContent = "* {transition: none !important; animation: none !important}";
    document.head.append(still);
    const focused = styles(element);
    element.blur();
    const blurred = styles(element);
    element.focus({preventScroll: true, focusVisible: true});
    still.remove();
    return focused === blurred ? "it looks the same without the focus" : "";
}""".replace("STYLES", STYLES)

# Odoo's search box keeps Tab to itself: start before it, and continue after it.
START_AT_CONTROL_PANEL = """() => {
    const panel = document.querySelector(".o_control_panel");
    if (panel && document.activeElement.matches(".o_searchview_input")) {
        panel.tabIndex = -1;
        panel.focus();
        panel.removeAttribute("tabindex");
    }
}"""
LEAVE_SEARCH_BOX = """() => {
    const toggler = document.querySelector(".o_searchview_dropdown_toggler");
    if (toggler && document.activeElement.matches(".o_searchview_input")) {
        toggler.focus();
    }
}"""


@dataclass(frozen=True)
class Focused:
    """The control that has the focus, as a screen reader announces it."""

    role: str
    name: str

    def __str__(self) -> str:
        return f"{self.role} '{self.name}'"


class Keyboard:
    """Keyboard of one page."""

    def __init__(self, page: Page):
        self.page = page
        self._devtools: CDPSession | None = None

    def focused(self) -> Focused:
        """Return role and accessible name of the control that has the focus."""
        if self._devtools is None:
            self._devtools = self.page.context.new_cdp_session(self.page)
        call = self._devtools.send
        expression = {"expression": "document.activeElement"}
        element = call("Runtime.evaluate", expression)["result"]
        wanted = {"objectId": element["objectId"], "fetchRelatives": False}
        (node,) = call("Accessibility.getPartialAXTree", wanted)["nodes"]
        role, name = (
            node.get(key, {}).get("value", "") or "" for key in ("role", "name")
        )
        return Focused(role, " ".join(name.split()))

    def tab_to(
        self, name: str | re.Pattern, role: str | None = None, *, back: bool = False
    ) -> Focused:
        """Press Tab until a control has the focus, and check that the focus shows.

        :param name: accessible name (a part of it), or a pattern
        :param role: such as "button", "link", "menuitem", "row"; by default, any
        :param back: press Shift+Tab instead
        :raises AssertionError: with the controls on the way, if it is not found
        """
        pattern = name if isinstance(name, re.Pattern) else re.compile(re.escape(name))
        passed: list[str] = []
        self.page.evaluate(START_AT_CONTROL_PANEL)
        for _step in range(MOST_STEPS):
            focused = self._step(back)
            if pattern.search(focused.name) and role in (None, focused.role):
                self.check_focus_is_visible()
                return focused
            passed.append(str(focused))
            if len(passed) > 3 and passed[-2:] == passed[:2]:
                break
        listed = "\n".join(f"  {one}" for one in passed)
        raise AssertionError(
            f"Tab does not reach {role or 'control'} '{name}':\n{listed}"
        )

    def _step(self, back: bool) -> Focused:
        if not back and self.focused().role == "searchbox":
            self.page.evaluate(LEAVE_SEARCH_BOX)
        else:
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        return self.focused()

    def check_focus_is_visible(self) -> None:
        """:raises AssertionError: if one cannot see which control has the focus"""
        problem = self.page.evaluate(IS_FOCUS_VISIBLE)
        if problem:
            raise AssertionError(f"focus on {self.focused()} is not visible: {problem}")

    def press(self, *keys: str) -> None:
        """Press keys one after the other, such as "Enter", "Space", "Escape"."""
        for key in keys:
            self.page.keyboard.press(key)
