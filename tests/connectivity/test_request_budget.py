# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Worker processes that share the limit of a real server."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import pytest
import requests
from devtools.processes import die_with_parent

from odoo.tools import mute_logger

from odoo.addons.component.core import _component_databases
from odoo.addons.connector.api import WEBHOOK_PRIORITY, RequestBudget, Session
from odoo.addons.connector.http.budget.waits import WaitBudget
from odoo.addons.connector.http.session import RestSession
from odoo.addons.connector.jobs.lifecycle import running_priority
from odoo.addons.connector.tests.export_common import Child, ProcessCase
from odoo.addons.connector.tests.job_worker import count_unfinished, perform_next
from odoo.addons.queue_job.job import DEFAULT_PRIORITY

SERVER = Path(__file__).parents[1] / "servers" / "limited.py"
PARTNER, CATEGORY = "test.export.partner", "test.export.category"
CALLS_PER_SECOND = 5
WORKERS = 8
BUDGET = RequestBudget(calls=CALLS_PER_SECOND, seconds=1)
#: in which an urgent job sends its call, however slow the machine is
URGENT_SECONDS = 6
#: of the span in which the workers use most of the limit
BEST_SECONDS = 10
#: for the start of the workers
START_SECONDS = 20


class Worker(Child):
    lifetime_seconds = 120


class LimitedServer:
    """The server in a process."""

    def __init__(self, *options):
        command = [sys.executable, str(SERVER), *options]
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=die_with_parent,
        )
        self.url = f"http://127.0.0.1:{self._process.stdout.readline().strip()}"

    def log(self):
        """Return (time, path, status) of all calls."""
        return requests.get(f"{self.url}/_log", timeout=10).json()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


def session_of(adapter, url):
    """Return the session that the adapters of a job share."""
    shared = Session.of(adapter.work)
    if url not in shared.http_sessions:
        shared.wait_budget = WaitBudget()
        session = RestSession(url, wait_budget=shared.wait_budget)
        budgets = adapter.env["connector.request.budget"].sudo()
        session.use_budget(
            budgets._open(BUDGET, adapter.backend_record, None, shared.wait_budget)
        )
        shared.http_sessions[url] = shared.enter(session)
    return shared.http_sessions[url]


def work(env, backend_id, url, until):
    """Perform the jobs of the backend until a time; return how many were begun."""
    read = _component_databases.find(env)["test.folder.adapter"].read

    def read_within_budget(adapter, external_id):
        is_urgent = running_priority(env) < DEFAULT_PRIORITY
        kind = "urgent" if is_urgent else adapter.model._name
        session_of(adapter, url).call("GET", f"/{kind}/{external_id}")
        return read(adapter, external_id)

    begun = 0
    with ExitStack() as stack:
        stack.enter_context(mute_logger("odoo.addons.queue_job.controllers.main"))
        stack.enter_context(
            patch.object(
                _component_databases.find(env)["test.folder.adapter"],
                "read",
                read_within_budget,
            )
        )
        while time.time() < until:
            begun += perform_next(env, backend_id)
    return begun


def most_calls(calls, seconds):
    """Return the calls of the best span of some seconds.

    In others, another program may have used the processors.
    """
    times = [at for at, _path, _status in calls]
    return max(sum(begin <= at < begin + seconds for at in times) for begin in times)


class TestSharedBudget(ProcessCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.delete_rows)

    def delete_rows(self):
        with self.transaction() as env:
            for model in ("queue.job", "connector.request.budget"):
                field = "sync_backend_id" if model == "queue.job" else "backend_id"
                env[model].search([(field, "=", self.backend_id)]).unlink()

    def delay_chunks(self, model, count, size):
        """Delay imports of new external records."""
        ids = [
            self.system.create(model, {"name": f"{model} {number}"})
            for number in range(count * size)
        ]
        with self.transaction() as env:
            backend = env["test.export.backend"].browse(self.backend_id)
            for first in range(0, len(ids), size):
                chunk = ids[first : first + size]
                env[model].with_delay(priority=20).import_chunk(backend, chunk)

    def delay_urgent(self):
        external_id = self.system.create(PARTNER, {"name": "urgent"})
        with self.transaction() as env:
            backend = env["test.export.backend"].browse(self.backend_id)
            env[PARTNER].with_delay(priority=WEBHOOK_PRIORITY).import_record(
                backend, external_id
            )

    def start_workers(self, server, until):
        url, backend_id = server.url, self.backend_id
        children = [
            Worker(
                self.registry.db_name,
                lambda env, parent: work(env, backend_id, url, until),
            )
            for _worker in range(WORKERS)
        ]
        for child in children:
            self.addCleanup(child.end)
        return children

    def run_workers(self, server, seconds):
        """Return the calls in some seconds, after a second; kill the workers."""
        children = self.start_workers(
            server, time.time() + START_SECONDS + seconds + URGENT_SECONDS
        )
        start = self.wait_for_calls(server, 0) + 1
        time.sleep(seconds / 2)
        self.delay_urgent()
        asked_at = time.monotonic()
        self.wait_for_calls(server, start + seconds, "urgent")
        for child in children:
            os.kill(child.pid, signal.SIGKILL)
        log = server.log()
        self.assertEqual([call for call in log if call[2] != 200], [])
        calls = [call for call in log if start <= call[0] < start + seconds]
        # without priorities, all calls that wait would come first
        self.assertLess(
            self.calls_before(log, asked_at, "urgent"),
            URGENT_SECONDS * CALLS_PER_SECOND,
        )
        return calls

    def wait_for_calls(self, server, since, kind=""):
        """Wait for a call after a time, and one of a kind; return the first time."""
        until = time.monotonic() + START_SECONDS + 60
        while True:
            log = server.log()
            has_kind = any(path.startswith(f"/{kind}") for _at, path, _status in log)
            if has_kind and log[-1][0] >= since:
                return log[0][0]
            self.assertLess(time.monotonic(), until, "the workers send no calls")
            time.sleep(0.2)

    def calls_before(self, calls, since, kind):
        """Count the calls after a time until the first one of a kind."""
        kinds = [path.split("/")[1] for at, path, _status in calls if at >= since]
        return kinds.index(kind)

    def share_the_budget(self, seconds, *options, share):
        self.delay_chunks(PARTNER, 10 + seconds // 2, 8)
        self.delay_chunks(CATEGORY, 10 + seconds // 2, 8)
        with LimitedServer(*options) as server:
            calls = self.run_workers(server, seconds)
        kinds = Counter(path.split("/")[1] for _at, path, _status in calls)
        self.assertGreaterEqual(
            most_calls(calls, BEST_SECONDS), share * CALLS_PER_SECOND * BEST_SECONDS
        )
        self.assertLessEqual(set(kinds), {PARTNER, CATEGORY, "urgent"})
        if share:
            self.assertEqual(set(kinds) | {"urgent"}, {PARTNER, CATEGORY, "urgent"})
        with self.transaction() as env:
            budget = env["connector.request.budget"].search(
                [
                    ("backend_model", "=", "test.export.backend"),
                    ("backend_id", "=", self.backend_id),
                    ("name", "=", BUDGET.name),
                ]
            )
            self.assertEqual(budget.refused, 0)
            self.assertGreaterEqual(budget.calls, len(calls))
            self.assertTrue(budget.waits and budget.postponed)
            self.assertTrue(budget.postponed < 20 * seconds, budget.postponed)
            jobs = env["queue.job"].search([("sync_backend_id", "=", self.backend_id)])
            self.assertFalse(jobs.filtered(lambda job: job.state == "failed"))
            waiting = jobs.filtered(lambda job: job.state == "pending")
            self.assertEqual(set(waiting.mapped("retry")), {0})
            self.assertIn("Waits for the request budget", str(jobs.mapped("result")))

    def test_workers_use_the_limit_and_are_never_refused(self):
        # the long form has the share
        self.share_the_budget(5, share=0)

    @pytest.mark.long
    def test_workers_use_the_limit_for_longer(self):
        self.share_the_budget(30, share=0.95)

    @pytest.mark.long
    def test_workers_use_a_bucket(self):
        self.share_the_budget(30, "--bucket", share=0.95)

    @pytest.mark.long
    def test_a_foreign_client_slows_the_workers_down(self):
        self.delay_chunks(PARTNER, 6, 8)
        self.delay_chunks(CATEGORY, 6, 8)
        stopped = threading.Event()
        with LimitedServer() as server:

            def call_now_and_then():
                while not stopped.wait(0.4):
                    requests.get(f"{server.url}/foreign/1", timeout=10)

            thread = threading.Thread(target=call_now_and_then)
            thread.start()
            children = self.start_workers(server, time.time() + 110)
            try:
                self.wait_for_jobs(children)
            finally:
                stopped.set()
                thread.join()
            own_calls = [
                call for call in server.log() if call[1].split("/")[1] != "foreign"
            ]
        refused = sum(1 for call in own_calls if call[2] != 200)
        self.assertEqual(len(own_calls) - refused, 96)
        self.assertTrue(0 < refused < 40, refused)
        with self.transaction() as env:
            pauses = env["connector.backend.pause"]
            backend = env["test.export.backend"].browse(self.backend_id)
            self.assertIsNone(pauses._find(backend))

    def wait_for_jobs(self, children):
        """Wait until all jobs are done, and end the workers."""
        until = time.monotonic() + 100
        while True:
            with self.transaction() as env:
                if not count_unfinished(env, self.backend_id):
                    break
            self.assertLess(time.monotonic(), until, "the jobs do not end")
            time.sleep(0.5)
        for child in children:
            os.kill(child.pid, signal.SIGKILL)
