# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's web client in a real browser."""

from __future__ import annotations

import re
import resource
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from machine_browser import find_browser
from playwright.sync_api import Browser, Page, Request, sync_playwright

# Servers of the tests load their views and assets at the first request.
PATIENCE_SECONDS = 60
STEP_MILLISECONDS = 100
QUIET_STEPS = 3
BUS = re.compile("/websocket|/bus/")
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start the browser that `browser_environ` has put on PATH."""
    with ExitStack() as stack:
        with unlimited_address_space():
            playwright = stack.enter_context(sync_playwright())
            browser = playwright.chromium.launch(executable_path=find_browser())
        stack.callback(browser.close)
        yield browser


@contextmanager
def unlimited_address_space() -> Iterator[None]:
    """Let what is started in the block take more than Odoo allows its own process.

    Chromium reserves far more addresses than it uses.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


class WebClient:
    """Window of one user.

    :param url: of the Odoo server
    :param options: of Playwright's `new_context`, such as color_scheme
    """

    def __init__(self, browser: Browser, url: str, **options: object):
        self.url = url
        context = browser.new_context(**{"viewport": DESKTOP, **options})
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self._pending: set[Request] = set()
        self.page.on("request", lambda request: self._pending.add(request))
        for event in ("requestfinished", "requestfailed"):
            self.page.on(event, lambda request: self._pending.discard(request))

    def log_in(self, login: str, password: str) -> None:
        self.page.goto(f"{self.url}/web/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".o_main_navbar")

    def authenticate(self, database: str, login: str, password: str) -> None:
        """Log in without the login page, whose assets take long to generate."""
        names = {"db": database, "login": login, "password": password}
        response = self.page.context.request.post(
            f"{self.url}/web/session/authenticate", data={"params": names}
        )
        uid = response.json().get("result", {}).get("uid")
        assert uid, f"{login} cannot log in: {response.text()[:500]}"

    def open(self, path: str, *, debug: bool = False) -> None:
        """Open an address such as ``connectors`` or ``res.partner/3``."""
        self.page.goto(f"{self.url}/odoo/{path}?debug={int(debug)}")
        self.page.wait_for_selector(".o_action_manager > .o_action")
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is being loaded.

        The bus does not count, because it polls forever.
        """
        self.page.evaluate("document.fonts.ready")
        quiet_steps = 0
        while quiet_steps < QUIET_STEPS:
            self.page.wait_for_timeout(STEP_MILLISECONDS)
            is_quiet = all(BUS.search(request.url) for request in self._pending)
            quiet_steps = quiet_steps + 1 if is_quiet else 0

    def close(self) -> None:
        self.page.context.close()
