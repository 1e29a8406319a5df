# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A user who is signed in to a running Odoo, and connects a backend."""

import requests
from oauth_support import BACKEND

from odoo.tests.common import get_db_name

MANAGER, PASSWORD = "oauth_manager", "oauth_manager_password"


class Browser:
    """A user who is signed in to Odoo."""

    def __init__(self, odoo, login=MANAGER):
        self.url = odoo.url
        self.session = requests.Session()
        self.rpc(
            "/web/session/authenticate",
            db=get_db_name(),
            login=login,
            password=PASSWORD,
        )

    def rpc(self, path, **params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self.session.post(f"{self.url}{path}", json=body, timeout=60).json()
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["message"])
        return answer["result"]

    def call(self, backend_id, method, *args, **kwargs):
        return self.rpc(
            f"/web/dataset/call_kw/{BACKEND}/{method}",
            model=BACKEND,
            method=method,
            args=[[backend_id], *args],
            kwargs=kwargs,
        )

    def press_connect(self, backend_id):
        """Return the address of the provider's page."""
        action = self.call(backend_id, "button_oauth_connect")
        assert (action["type"], action["target"]) == ("ir.actions.act_url", "self")
        return action["url"]

    def open(self, url):
        return self.session.get(url, allow_redirects=False, timeout=60)

    def status(self, backend_id):
        names = ["oauth_status", "oauth_is_connected", "state"]
        return self.call(backend_id, "read", names)[0]


def connect(browser, provider, backend_id):
    """Press Connect and agree; return the answer of Odoo."""
    return browser.open(provider.answer(browser.press_connect(backend_id)))


def assert_refused(answer, text, status=400):
    assert (answer.status_code, text in answer.text) == (status, True), answer.text
    assert "Not connected" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
