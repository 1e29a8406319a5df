# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A flood of notifications at a server with a job runner, which commits."""

import http.client
import json
import os
import statistics
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.installation import addons_database
from devtools.odoo_server import OdooServer, run_in_shell

from odoo.addons.connector.http.webhooks.presets import StandardWebhooks
from odoo.addons.connector.http.webhooks.signatures import Delivery

SCHEME = StandardWebhooks()
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ADDONS = ("component", "component_event", "connector", "test_connector_export")
BACKEND, PARTNER = "test.export.backend", "test.export.partner"
CREATE_BACKEND = """
import os
backend = env["test.export.backend"].create(
    {"name": "Shop", "folder": os.environ["FOLDER"], "state": "production"})
backend.webhook_token = os.environ["SECRET"]
for number in range(5):
    backend.system.create("test.export.partner", {"name": f"Partner {number}"})
env.cr.commit()
print(backend.id)
"""
TIMEOUT_SECONDS = 300
THREADS = 8


class Shop:
    """A system that sends notifications to an Odoo server, and looks at its tables."""

    def __init__(self, server, databases, backend_id):
        self.server = server
        self.databases = databases
        self.backend_id = backend_id

    def post(self, delivery_id, external_id=1, secret=SECRET, now=None):
        """Return the status of the answer to a notification."""
        payload = {"type": "partner.updated", "data": {"id": external_id}}
        body = json.dumps(payload).encode()
        now = time.time() if now is None else now
        headers = SCHEME.sign(body, secret, now, Delivery(delivery_id))
        connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc)
        path = f"/connector/webhook/{BACKEND}/{self.backend_id}"
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    def post_many(self, *calls):
        """Send notifications concurrently; return how many had which status."""
        with ThreadPoolExecutor(THREADS) as pool:
            return Counter(pool.map(lambda call: self.post(**call), calls))

    def call(self, method):
        """Call a method of the backend as the administrator."""
        arguments = [self.server.database, 2, "admin", BACKEND, method]
        params = {
            "service": "object",
            "method": "execute_kw",
            "args": [*arguments, [[self.backend_id]]],
        }
        connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc)
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        connection.request(
            "POST", "/jsonrpc", body, {"Content-Type": "application/json"}
        )
        answer = json.loads(connection.getresponse().read())
        assert "error" not in answer, answer["error"]

    def query(self, text):
        return self.databases.query(self.server.database, text)

    def count_events(self):
        """Return the number of events by their state."""
        return dict(
            self.query("SELECT state, count(*) FROM connector_webhook_event GROUP BY 1")
        )

    def imports(self):
        """Return the results of the jobs that imported events, the oldest first."""
        rows = self.query(
            "SELECT result FROM queue_job WHERE method_name = 'import_notified'"
            " AND state = 'done' ORDER BY id"
        )
        return [result for (result,) in rows]

    def wait_for(self, check):
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not check():
            jobs = self.query("SELECT name, state, result, exc_info FROM queue_job")
            assert time.monotonic() < deadline, jobs
            time.sleep(0.1)

    def wait_for_imports(self):
        self.wait_for(lambda: "received" not in self.count_events())
        waiting = "SELECT id FROM queue_job WHERE state NOT IN ('done', 'cancelled')"
        self.wait_for(lambda: not self.query(waiting))


@pytest.fixture(scope="module")
def server():
    environment = Environment.current()
    databases = Databases(environment)
    name = databases.name(f"webhooks_{os.getpid()}")
    with addons_database(environment, ADDONS) as template:
        databases.create(name, template)
    try:
        with OdooServer(environment, name, with_jobs=True) as running:
            yield running
    finally:
        databases.drop(name)


@pytest.fixture(scope="module")
def backend_id(server):
    with tempfile.TemporaryDirectory() as folder:
        printed = run_in_shell(
            server.environment,
            server.database,
            CREATE_BACKEND,
            FOLDER=folder,
            SECRET=SECRET,
        )
        yield int(printed.split()[-1])


@pytest.fixture
def shop(server, backend_id):
    databases = Databases(server.environment)
    for table in ("connector_webhook_event", "queue_job", "test_export_partner"):
        databases.query(server.database, f"DELETE FROM {table} RETURNING id")
    return Shop(server, databases, backend_id)


def check_flood(shop, count):
    genuine = [{"delivery_id": "one"} for _ in range(count)]
    assert shop.post_many(*genuine) == {202: 1, 200: count - 1}
    forged = [
        {"delivery_id": f"f{number}", "secret": "whsec_Zm9yZ2Vk"}
        for number in range(count // 4)
    ]
    late = time.time() - 301
    replayed = [{"delivery_id": f"r{n}", "now": late} for n in range(count // 4)]
    assert shop.post_many(*forged, *replayed) == {401: count // 4 * 2}
    assert shop.post("one") == 200
    shop.wait_for_imports()
    assert shop.count_events() == {"imported": 1}
    assert shop.imports() == ["1 events, 1 records, 0 failed"]
    assert shop.query(f"SELECT count(*) FROM {PARTNER.replace('.', '_')}") == [(1,)]


def test_duplicates_make_one_import_and_forgeries_none(shop):
    check_flood(shop, 120)


@pytest.mark.long
def test_ten_thousand_duplicates_make_one_import(shop, capsys):
    shop.call("button_pause")
    seconds = []
    for number in range(300):
        started = time.perf_counter()
        assert shop.post(f"single {number}") == 202
        seconds.append(time.perf_counter() - started)
    shop.query("DELETE FROM connector_webhook_event RETURNING id")
    shop.query("DELETE FROM queue_job RETURNING id")
    shop.call("button_resume")
    with capsys.disabled():
        median = statistics.median(seconds) * 1000
        p95 = statistics.quantiles(seconds, n=20)[-1] * 1000
        print(f"\n  one notification: median {median:.1f} ms, 95 % in {p95:.1f} ms")
    check_flood(shop, 10_000)


def test_events_that_come_while_jobs_run_need_no_schedule(shop):
    calls = [{"delivery_id": f"d{n}", "external_id": n % 5 + 1} for n in range(100)]
    assert shop.post_many(*calls) == {202: 100}
    shop.wait_for_imports()
    assert shop.count_events() == {"imported": 100}
    results = [result.split() for result in shop.imports()]
    assert sum(int(words[0]) for words in results) == 100
    assert len(results) < 100


def test_records_of_a_pause_are_imported_once_after_it(shop):
    shop.call("button_pause")
    calls = [{"delivery_id": f"d{n}", "external_id": n % 5 + 1} for n in range(60)]
    assert shop.post_many(*calls) == {202: 60}
    parked = "SELECT id FROM queue_job WHERE sync_is_parked"
    shop.wait_for(lambda: shop.query(parked))
    assert shop.count_events() == {"received": 60}
    shop.call("button_resume")
    shop.wait_for_imports()
    assert shop.count_events() == {"imported": 60}
    assert sum(int(result.split()[0]) for result in shop.imports()) == 60
    assert "60 events, 5 records, 0 failed" in shop.imports()
