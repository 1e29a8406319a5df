# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A window of the web client that notes what fails in it."""

from __future__ import annotations

import re

from devtools.odoo_server import OdooServer
from playwright.sync_api import Browser, ConsoleMessage, Request, Response
from web_client import WebClient

from .axe import axe
from .keyboard import Keyboard

DESKTOP = {"viewport": {"width": 1400, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
ERROR_DIALOG = ".o_error_dialog"
# Navigation cancels requests that are under way.
CANCELLED = "net::ERR_ABORTED"


class Window(WebClient):
    """Window of one user, at one size.

    Errors of scripts, of the console, failed requests, error dialogs and pages wider
    than the window are noted in `errors`; the test fails for them when it ends.
    """

    def __init__(self, browser: Browser, server: OdooServer, **options: object):
        super().__init__(browser, server.url, **options)
        self.database = server.database
        self.keyboard = Keyboard(self.page)
        self.page.on("console", self._note_console)
        self.page.on("requestfailed", self._note_failed)
        self.page.on("response", self._note_response)

    def log_in(self, login: str, password: str) -> None:
        self.authenticate(self.database, login, password)

    def open(self, path: str, *, debug: bool = False) -> None:
        """Open an address below /odoo/ and wait until it is complete.

        :param path: such as ``action-connector.connector_sync_run_action/12``
        """
        self.page.goto(f"{self.url}/odoo/{path}?debug={int(debug)}")
        self.page.wait_for_selector(".o_action_manager > *")
        self.settle()

    def axe(self, include: str | None = None, **options: object) -> None:
        """Check the accessibility of the content or dialog that is shown."""
        self.settle()
        axe(self.page, include, **options)

    def check_width(self) -> None:
        """:raises AssertionError: if the page is wider than the window"""
        width = self.page.evaluate("document.documentElement.scrollWidth")
        limit = self.page.viewport_size["width"]
        assert width <= limit, f"the page is {width} px wide, the window {limit} px"

    def expect_error(self, pattern: str) -> None:
        """Accept errors with this pattern, of which there must be one.

        An error dialog that shows it is closed.
        """
        dialog = self.page.locator(ERROR_DIALOG, has_text=re.compile(pattern))
        if dialog.count():
            dialog.locator("button.btn-primary, .btn-close").first.click()
            found = True
        else:
            found = any(re.search(pattern, error) for error in self.errors)
        assert found, f"no error matches {pattern!r}: {self.errors}"
        self.errors = [one for one in self.errors if not re.search(pattern, one)]

    def finish(self) -> list[str]:
        """Close the window; return its errors."""
        for dialog in self.page.locator(ERROR_DIALOG).all():
            self.errors.append(f"error dialog: {dialog.inner_text()[:1000]}")
        self.close()
        return self.errors

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text}")

    def _note_failed(self, request: Request) -> None:
        if request.failure != CANCELLED:
            self.errors.append(f"request failed: {request.url} {request.failure}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 400:
            self.errors.append(f"response {response.status}: {response.url}")
