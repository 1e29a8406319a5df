# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two servers that ``./dev demo --serve`` leaves to people."""

import json
import os
import re
import time

import pytest
import websocket
from devtools.commands.serve import separate_address
from devtools.environment import Environment
from two_odoos.databases import LOGIN, PASSWORD, SourceDatabase, TargetDatabase
from two_odoos.scenario import running_scenario

RUNS = "action-connector.connector_sync_run_action"
PROBLEM = re.compile(r"^\S+ \S+ \d+ (?:WARNING|ERROR|CRITICAL) .*", re.MULTILINE)
# Odoo's own services, and methods that this version still has for older clients.
EXPECTED = ("iap", "partner_autocomplete", "DeprecationWarning", "discuss_channel")
# Scheduled actions start within a minute.
TIMEOUT_SECONDS = 300

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def served():
    environment = Environment.current()
    source = SourceDatabase(environment, f"served_source_{os.getpid()}")
    target = TargetDatabase(environment, f"served_target_{os.getpid()}")
    try:
        with running_scenario(environment, source, target, for_people=True) as running:
            yield running
    finally:
        source.drop()
        target.drop()


@pytest.fixture(scope="module")
def page(served):
    reason = os.environ.get("CONNECTOR_NO_BROWSER")
    if reason:
        pytest.skip(reason)
    from web_client import WebClient, running_browser

    with running_browser() as browser:
        window = WebClient(browser, served.target.server.url)
        for party in (served.source, served.target):
            window.url = party.server.url
            window.log_in(LOGIN, PASSWORD)
        yield window.page
        window.close()


def wait_until(check):
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not (found := check()):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    return found


def test_logging_in_to_one_server_keeps_the_login_to_the_other(served, page):
    for party in (served.source, served.target, served.source):
        page.goto(f"{party.server.url}/odoo")
        page.locator(".o_main_navbar").wait_for()
        assert "/web/login" not in page.url


def test_the_websocket_sends_notifications(served, page):
    server, call = served.target.server, served.target.client.execute
    page.goto(f"{server.url}/odoo")
    cookies = {one["name"]: one["value"] for one in page.context.cookies(server.url)}
    socket = websocket.create_connection(
        f"ws://127.0.0.1:{server.port}/websocket",
        cookie=f"session_id={cookies['session_id']}",
        origin=server.url,
        timeout=TIMEOUT_SECONDS,
    )
    subscription = {"event_name": "subscribe", "data": {"channels": [], "last": 0}}
    socket.send(json.dumps(subscription))
    (partner_id,) = call("res.partner", "search", [], limit=1)
    (model_id,) = call("ir.model", "search", [("model", "=", "res.partner")])
    uid = served.target.client.get_uid()
    values = {"res_model_id": model_id, "res_id": partner_id, "user_id": uid}
    call("mail.activity", "create", [values])
    # before it, the server announces that the user is present
    wait_until(lambda: "mail.activity/updated" in socket.recv())
    socket.close()


def test_the_log_has_no_warnings(served):
    for party in (served.source, served.target):
        problems = PROBLEM.findall(party.server.log_path.read_text(errors="replace"))
        unexpected = [
            line for line in problems if not any(word in line for word in EXPECTED)
        ]
        assert unexpected == []


def test_scheduled_actions_and_jobs_run(served):
    call, backend_id = served.target.client.execute, served.backend_id
    domain = [("backend_id", "=", backend_id)]
    before = call("connector.sync.run", "search_count", domain)
    values = {"import_interval_minutes": 1, "next_import_at": "2026-01-01 00:00:00"}
    call("odoo.backend", "write", [backend_id], values)
    wait_until(lambda: call("connector.sync.run", "search_count", domain) > before)
    call("odoo.backend", "write", [backend_id], {"import_interval_minutes": 0})


def test_names_of_databases_become_names_of_hosts():
    assert separate_address("Two words", 8069) == "http://two-words.localhost:8069"
    assert separate_address("demo_target", 1) == "http://demo-target.localhost:1"
    assert separate_address("?", 1) == "http://odoo.localhost:1"
