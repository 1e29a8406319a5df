# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Copies of a database, as docs/how_to/copies_and_restores.rst describes them."""

import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from devtools.addons import close_over, find_addons
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.installation import addons_database
from devtools.odoo_config import odoo_command
from devtools.odoo_server import OdooServer, run_in_shell
from devtools.processes import run_logged

pytestmark = pytest.mark.long

TIMEOUT_SECONDS = 300
#: a job runner that sees a job starts it within a second
QUIET_SECONDS = 8

SET_UP = """
import os
backend = env["odoo.backend"].create(
    {
        "name": "Production",
        "url": os.environ["REMOTE_URL"],
        "database": "remote",
        "login": "admin",
        "api_key": "secret",
        "sync_partners": "both",
        "export_new": True,
        "export_deletions": True,
        "import_interval_minutes": 1,
    }
)
if "user_id" in backend._fields:
    backend.user_id = env.ref("base.user_admin")
backend.state = "production"
quiet = env(context={**env.context, "connector_no_export": True})
for number in range(3):
    partner = quiet["res.partner"].create({"name": f"Partner {number}"})
    quiet["odoo.res.partner"].create(
        {"backend_id": backend.id, "odoo_id": partner.id, "external_id": str(number)}
    )
env.cr.commit()
env["res.partner"].search([("name", "=", "Partner 0")]).phone = "waits"
env["odoo.res.partner"].with_delay().import_changes(backend)
failed = env["odoo.res.partner"].with_delay().import_record(backend, 1).db_record()
failed.state = "failed"
env.cr.commit()
"""
EDIT = """
first, second, third = env["res.partner"].search(
    [("name", "like", "Partner ")], order="id"
)
first.phone = "edited"
env["res.partner"].create({"name": "New"})
second.unlink()
env.cr.commit()
env["connector.backend.mixin"]._run_schedules()
env.cr.commit()
"""
ACTIVATE = """
backend = env["odoo.backend"].search([])
backend.button_reset_to_draft()
backend.state = "checked"
backend.button_start_production()
env.cr.commit()
"""


class _Count(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.paths.append(self.path)
        self.send_error(503)

    do_GET = do_POST

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def remote():
    """A production server that counts who speaks to it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Count)
    server.paths = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def environment():
    return Environment.current()


@pytest.fixture(scope="module")
def original(environment, remote):
    """A production database with jobs that wait."""
    databases = Databases(environment)
    name = databases.name(f"original_{os.getpid()}")
    wanted = close_over(find_addons(environment.clone), ["connector_odoo"])
    with addons_database(environment, wanted) as template:
        databases.create(name, template)
    url = f"http://127.0.0.1:{remote.server_address[1]}"
    run_in_shell(environment, name, SET_UP, REMOTE_URL=url)
    yield name
    databases.drop(name)


@pytest.fixture
def copy(environment, original):
    databases = Databases(environment)
    name = databases.name(f"copy_{os.getpid()}")
    databases.create(name, original)
    yield name
    databases.drop(name)


def neutralize(environment, database):
    log_path = environment.home.log_folder / f"{database}-neutralize.log"
    command = odoo_command(environment, "neutralize", f"--database={database}")
    run_logged(command, log_path, environment.process_environ())


def count_requests(environment, remote, database, enough=None):
    """Return how many requests a server with a job runner on the database makes."""
    remote.paths.clear()
    with OdooServer(environment, database, with_jobs=True) as server:
        timeout = TIMEOUT_SECONDS if enough else QUIET_SECONDS
        ready_by = time.monotonic() + TIMEOUT_SECONDS
        while f"runner ready for db {database}" not in server.log_path.read_text():
            assert time.monotonic() < ready_by, server.log_path
            time.sleep(0.2)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if enough and len(remote.paths) >= enough:
                break
            time.sleep(0.2)
    return len(remote.paths)


def test_a_neutralized_copy_sends_nothing(environment, remote, copy):
    neutralize(environment, copy)
    run_in_shell(environment, copy, EDIT)
    assert count_requests(environment, remote, copy) == 0
    rows = Databases(environment).query(
        copy, "SELECT state, secret, activated_database FROM odoo_backend"
    )
    assert rows == [("draft", None, None)]


def test_a_plain_copy_sends_nothing_until_it_is_activated(environment, remote, copy):
    run_in_shell(environment, copy, EDIT)
    assert count_requests(environment, remote, copy) == 0
    run_in_shell(environment, copy, ACTIVATE)
    assert count_requests(environment, remote, copy, enough=1) >= 1


def test_the_original_does(environment, remote, original):
    """Else the others would prove nothing."""
    assert count_requests(environment, remote, original, enough=1) >= 1
