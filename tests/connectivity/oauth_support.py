# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The provider of tests/servers/oauth_provider, and a person who grants access."""

import re
import subprocess
import time
from contextlib import contextmanager
from urllib.parse import parse_qs, urljoin, urlsplit

import requests
from devtools.environment import Environment
from devtools.processes import die_with_parent, find_free_port
from server_packages import servers_python

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

CLIENT_ID, CLIENT_SECRET = "connector", "client s3cr3t+/="
LOGIN, PASSWORD = "ada", "lovelace"
CALLBACK_PATH = "/connector/oauth/callback"
START_TIMEOUT_SECONDS = 300
BACKEND = "test.oauth.backend"
PARTNER = "test.oauth.partner"


class Provider:
    """The process of the provider."""

    def __init__(self, folder, odoo_port):
        self.folder = folder
        self.odoo_url = f"http://127.0.0.1:{odoo_port}"
        self.redirect_uri = f"{self.odoo_url}{CALLBACK_PATH}"
        self.url = f"http://127.0.0.1:{find_free_port()}"
        #: of the person, who is signed in once
        self.browser = requests.Session()

    def __enter__(self):
        environment = Environment.current()
        program = environment.clone / "tests/servers/oauth_provider/provider.py"
        command = [servers_python(environment), program, "--folder", self.folder]
        command += ["--port", str(urlsplit(self.url).port)]
        command += ["--redirect-uri", self.redirect_uri]
        with (self.folder / "log").open("w") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, preexec_fn=die_with_parent
            )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while True:
            try:
                self.control()
                return self
            except requests.ConnectionError:
                text = (self.folder / "log").read_text()
                assert self._process.poll() is None, text
                assert time.monotonic() < deadline, text
                time.sleep(0.1)

    def __exit__(self, *exception):
        self._process.kill()
        self._process.wait()

    def control(self, **changes):
        """Change what the provider does; return what it did."""
        return requests.post(f"{self.url}/control", json=changes, timeout=30).json()

    def asked(self, grant_type):
        """Return how often tokens were asked for."""
        return self.control()["requests"].get(grant_type, 0)

    def reset(self):
        self.control(reset=True, revoke=True, lifetime=3600, grace=0)

    def answer(self, authorization_url, agrees=True):
        """Return the address to which a person is sent back from the page."""
        browser = self.browser
        page = browser.get(authorization_url, timeout=30)
        if "/accounts/login/" in page.url:
            page = browser.post(
                page.url,
                data={**_inputs(page.text), "username": LOGIN, "password": PASSWORD},
                headers={"Referer": page.url},
                timeout=30,
            )
        values = _inputs(page.text)
        assert "csrfmiddlewaretoken" in values, (page.status_code, page.text)
        values.pop("allow", None)
        if agrees:
            values["allow"] = "Authorize"
        answer = browser.post(
            page.url,
            data=values,
            headers={"Referer": page.url},
            allow_redirects=False,
            timeout=30,
        )
        assert answer.status_code == 302, answer.text
        return urljoin(page.url, answer.headers["Location"])


def _inputs(page):
    """Return the named inputs of a form."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in attributes:
            found[attributes["name"]] = attributes.get("value", "")
    return found


def params_of(url):
    """Return the parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@contextmanager
def transaction():
    """Yield an environment of a separate transaction; commit it unless it fails."""
    with Registry(get_db_name()).cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {})


def create_backend(provider, client_id=CLIENT_ID):
    """Return the id of a committed backend."""
    with transaction() as env:
        backend = env[BACKEND].create(
            {
                "name": "OAuth",
                "url": provider.url,
                "oauth_client_id": client_id,
                "new_oauth_client_secret": CLIENT_SECRET,
                "state": "production",
            }
        )
        return backend.id


def delete_backend(backend_id):
    with transaction() as env:
        env["queue.job"].search([("sync_backend_model", "=", BACKEND)]).unlink()
        backend = env[BACKEND].browse(backend_id)
        bindings = env[PARTNER].search([("backend_id", "=", backend_id)])
        records = bindings.odoo_id
        bindings.unlink()
        records.unlink()
        backend.unlink()
        # Of the pauses of the backend.
        told = [("message_type", "=", "user_notification")]
        env["mail.message"].search(told).unlink()
