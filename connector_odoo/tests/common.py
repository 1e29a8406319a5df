# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager
from unittest.mock import patch

import vodoo

from odoo.tests.common import HttpCase

from odoo.addons.queue_job.tests.common import trap_jobs

from ..components.adapter import OdooAdapter
from ..remote import RemoteOdoo


@contextmanager
def changing_records(change):
    """Replace the rows of each ``search_read`` by ``change(rows, keywords)``."""
    call, search_read = RemoteOdoo.call, vodoo.OdooClient.search_read

    def changed_call(remote, model, method, *args, **kwargs):
        rows = call(remote, model, method, *args, **kwargs)
        return change(rows, kwargs) if method == "search_read" else rows

    def changed_page(client, *args, **kwargs):
        return change(search_read(client, *args, **kwargs), kwargs)

    with (
        patch.object(RemoteOdoo, "call", changed_call),
        patch.object(vodoo.OdooClient, "search_read", changed_page),
    ):
        yield


class OdooConnectorCase(HttpCase):
    """Connect the test database with itself: a real server, a real protocol."""

    def setUp(self):
        super().setUp()
        # The server of the test shares our transaction: it may answer only while we
        # wait for it.
        self.patch(OdooAdapter, "_pages_ahead", 0)
        self.env = self.env(context={**self.env.context, "tracking_disable": True})
        self.admin = self.env.ref("base.user_admin")
        self.backend = self.env["odoo.backend"].create(
            {
                "name": "Headquarters",
                "url": self.base_url(),
                "database": self.env.cr.dbname,
                "login": self.admin.login,
                "api_key": self._make_api_key(self.admin),
                "state": "checked",
                "first_import": "create",
            }
        )
        self.enterContext(self.allow_requests(all_requests=True))

    def _make_api_key(self, user):
        keys = self.env["res.users.apikeys"].with_user(user).sudo()
        return keys._generate("rpc", "connector", None)

    def _import(self, binding_model, records, **kwargs):
        """Import the remote counterparts of records, and return their bindings."""
        self.env.flush_all()
        with trap_jobs() as trap:
            self.env[binding_model].import_batch(
                self.backend, filters=[("id", "in", records.ids)], **kwargs
            )
            trap.perform_enqueued_jobs()
        return self._bindings(binding_model, records)

    def _bindings(self, binding_model, records):
        """Return the bindings of the remote records, in the order of the records."""
        with self.backend.work_on(binding_model) as work:
            found = work.component(usage="binder").to_internal_many(records.ids)
        return self.env[binding_model].union(
            *(found[record_id] for record_id in records.ids if record_id in found)
        )
