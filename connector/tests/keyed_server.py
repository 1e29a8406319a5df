# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A server with idempotency keys, and exports to it from processes that die."""

from __future__ import annotations

import itertools
import json
import os
import signal
from contextlib import suppress
from unittest.mock import patch

from odoo.tests.common import _super_send

from odoo.addons.component.core import _component_databases

from .export_common import Child, ProcessCase
from .export_processes import run_export
from .rest_server import Reply, RestServer

PARTNER = "test.export.partner"


class KeyedServer(RestServer):
    """Server that answers a known key with the stored answer, as Stripe does.

    ``faults`` are functions of the next creations: each gets the request and the
    answer, and returns another answer, None to hang up. No two servers give the same
    id.
    """

    _numbers = itertools.count(1)

    def __init__(self) -> None:
        super().__init__()
        self.reply = self._answer
        self.records: dict[str, dict] = {}
        self.answers: dict[str, tuple[str, Reply]] = {}
        self.faults: list = []
        #: returns the refusal of a new record, or None
        self.refuse = lambda values: None

    def _answer(self, request):
        if request.method != "POST":
            external_id = request.path.rpartition("/")[2]
            if request.method == "PATCH":
                self.records[external_id].update(request.body)
            return Reply({"id": external_id})
        answer = self._once(request)
        return self.faults.pop(0)(request, answer) if self.faults else answer

    def _once(self, request):
        body = json.dumps(request.body)
        key = request.headers.get("Idempotency-Key")
        if key in self.answers:
            known, answer = self.answers[key]
            if known != body:
                return Reply({"error": "the key has other parameters"}, 422)
            return answer
        answer = self.create(request)
        if key:
            self.answers[key] = body, answer
        return answer

    def create(self, request):
        """Return the answer to a new request."""
        return self.create_one(request.body)

    def create_one(self, values):
        refusal = self.refuse(values)
        if refusal:
            return Reply({"error": refusal}, 422)
        external_id = str(next(self._numbers))
        self.records[external_id] = dict(values)
        return Reply({"id": external_id}, 201)

    def keys(self):
        """Return the keys of the creations, in the order of the requests."""
        return [
            request.headers.get("Idempotency-Key")
            for request in self.requests
            if request.method == "POST"
        ]

    def sent(self):
        return [(request.method, request.path) for request in self.requests]


def hang_up(request, answer):
    """Lose an answer."""
    return None


class KeyedCase(ProcessCase):
    """Exports to the server, by an adapter that declares a header."""

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        assert "//127.0.0.1" in request.url
        return _super_send(session, request, **kwargs)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        registry = _component_databases.find(cls._env_of_components())
        cls.adapter_class = registry["test.http.adapter"]
        cls.exporter_class = registry["test.folder.partner.exporter"]
        cls.enterClassContext(
            patch.object(
                registry["base.exporter"], "_base_backend_adapter_usage", "http.adapter"
            )
        )

    @classmethod
    def _env_of_components(cls):
        with cls.transaction() as env:
            return env

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(self.make_server())
        with self.transaction() as env:
            backend = env["test.export.backend"].browse(self.backend_id)
            backend.address = self.server.url
            backend.state = "production"  # another address needs another test
            env["connector.export.receipt"].search(
                [("backend_id", "=", self.backend_id)]
            ).unlink()
        self.declare(_idempotency_header="Idempotency-Key")

    def make_server(self):
        return KeyedServer()

    def declare(self, **attributes):
        """Set attributes of the adapter, as its author does."""
        self.enterContext(patch.multiple(self.adapter_class, **attributes))

    def export(self, binding_id, error=None, pattern=""):
        """Export in a transaction that is rolled back if an error is expected."""
        if error is None:
            with self.transaction() as env:
                return run_export(env, binding_id)
        with self.assertRaisesRegex(error, pattern), self.transaction() as env:
            run_export(env, binding_id)
        return None

    def edit(self, binding_id, **values):
        with self.transaction() as env:
            binding = env[PARTNER].browse(binding_id)
            binding.with_context(connector_no_export=True).write(values)

    def receipts(self, *names):
        """Return values of the committed receipts."""
        with self.transaction() as env:
            receipts = env["connector.export.receipt"].search(
                [("backend_id", "=", self.backend_id)], order="id"
            )
            return [tuple(receipt[name] for name in names) for receipt in receipts]

    def kill(self, function):
        """Run a function in a process that the server kills before it answers."""

        def kill(request, answer):
            os.kill(child.pid, signal.SIGKILL)

        self.server.faults.append(kill)

        def start(env, parent):
            parent.wait()
            return function(env)

        child = Child(self.registry.db_name, start)
        self.addCleanup(child.end)
        with suppress(BrokenPipeError):
            child.go_on()
        self.assertIsNone(child.hear())
