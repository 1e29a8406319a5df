# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The cost of an import does not grow with the number of records."""

import threading
from unittest.mock import patch

import vodoo

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..components import adapter
from ..components.adapter import OdooAdapter
from ..remote import RemoteOdoo
from .common import OdooConnectorCase

PARTNER, TAG = "odoo.res.partner", "odoo.res.partner.category"
PATIENCE_SECONDS = 60


@tagged("post_install", "-at_install")
class TestImportBulk(OdooConnectorCase):
    def setUp(self):
        super().setUp()
        self.tags = self.env["res.partner.category"].create(
            [{"name": f"Bulk {number}"} for number in range(3)]
        )
        self.company = self._make_partners(1, is_company=True)

    def _make_partners(self, count, **values):
        return self.env["res.partner"].create(
            [
                {
                    "name": f"Bulk {number}",
                    "category_id": [Command.set(self.tags.ids)],
                    **values,
                }
                for number in range(count)
            ]
        )

    def _make_older(self, partners):
        """Set an old write date: a fresh record is read twice."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = '2025-01-01' WHERE id = ANY(%s)",
            (partners.ids,),
        )
        partners.invalidate_recordset()

    def _end_transaction(self):
        """Write what is pending, deliver events, and forget what was read."""
        self.env.cr.flush()
        self.env.invalidate_all()

    def _import_chunk(self, partners):
        """Import a chunk; return the queries on bindings, and the requests there."""
        self._end_transaction()
        statements, requests = [], []
        execute, call = type(self.env.cr).execute, RemoteOdoo.call

        def counted_execute(cr, query, *args, **kwargs):
            if cr is self.env.cr:
                statements.append(getattr(query, "code", str(query)))
            return execute(cr, query, *args, **kwargs)

        def counted_call(remote, model, method, *args, **kwargs):
            requests.append((model, method))
            return call(remote, model, method, *args, **kwargs)

        with (
            patch.object(type(self.env.cr), "execute", counted_execute),
            patch.object(RemoteOdoo, "call", counted_call),
        ):
            self.env[PARTNER].import_chunk(self.backend, partners.ids)
            self.env.flush_all()
        tables = ('"odoo_res_partner"', '"odoo_res_partner_category"', "advisory")
        on_bindings = [
            statement
            for statement in statements
            if any(table in statement for table in tables)
        ]
        self.assertEqual(len(self._bindings(PARTNER, partners)), len(partners))
        return on_bindings, requests

    def test_queries_on_bindings_and_requests_are_as_many_for_ten_times_the_records(
        self,
    ):
        self._import(PARTNER, self.company)
        self._import_chunk(self._make_partners(1, parent_id=self.company.id))
        few = self._make_partners(5, parent_id=self.company.id)
        many = self._make_partners(50, parent_id=self.company.id)
        queries_few, requests_few = self._import_chunk(few)
        queries_many, requests_many = self._import_chunk(many)
        self.assertEqual(requests_few, requests_many)
        self.assertEqual(len(queries_few), len(queries_many), queries_many)

    def test_new_dependencies_are_read_and_created_together(self):
        def make(count):
            partners = self._make_partners(count)
            for partner in partners:
                parent = self._make_partners(1)
                tag = self.env["res.partner.category"].create({"name": parent.id})
                partner.write({"parent_id": parent.id, "category_id": tag.ids})
            return partners

        self._import_chunk(make(1))  # learns which fields there are
        queries_few, requests_few = self._import_chunk(make(3))
        queries_many, requests_many = self._import_chunk(make(30))
        self.assertEqual(requests_few, requests_many)
        self.assertEqual(len(queries_few), len(queries_many), queries_many)

    def test_an_unchanged_record_is_neither_read_nor_written(self):
        partners = self._make_partners(5)
        self._make_older(partners)
        bindings = self._import(PARTNER, partners)
        self._end_transaction()
        written = []
        execute = type(self.env.cr).execute

        def watched_execute(cr, query, *args, **kwargs):
            statement = getattr(query, "code", str(query))
            if "res_partner" in statement and statement.lstrip()[:6] != "SELECT":
                written.append(statement)
            return execute(cr, query, *args, **kwargs)

        with (
            patch.object(type(self.env.cr), "execute", watched_execute),
            trap_jobs() as trap,
            patch.object(OdooAdapter, "read_many") as read_many,
        ):
            self.env[PARTNER].import_batch(
                self.backend, filters=[("id", "in", partners.ids)]
            )
            self.env.flush_all()
        self.assertEqual([job.func_string for job in trap.enqueued_jobs], [])
        read_many.assert_not_called()
        self.assertEqual(written, [])
        self.assertEqual(len(bindings), 5)

    def test_records_without_a_parent_are_imported_before_those_with_one(self):
        child = self._make_partners(1, parent_id=self.company.id)
        late_company = self._make_partners(1, is_company=True)
        partners = child + late_company + self.company
        self.backend.chunk_size = 2
        self.env.flush_all()
        with trap_jobs() as trap:
            self.env[PARTNER].import_batch(
                self.backend, filters=[("id", "in", partners.ids)]
            )
        self.assertEqual(
            [job.args[1] for job in trap.enqueued_jobs],
            [[self.company.id, late_company.id], [child.id]],
        )

    def test_each_page_begins_after_the_last_id_of_the_one_before(self):
        partners = self._make_partners(5)
        self.env.flush_all()
        with (
            patch.object(adapter, "PAGE_SIZE", 2),
            self.backend.work_on(PARTNER) as work,
        ):
            pages = list(
                work.component(usage="backend.adapter").search_pages(
                    [("id", "in", partners.ids)]
                )
            )
        self.assertEqual([len(page) for page in pages], [2, 2, 1])
        self.assertEqual([key for page in pages for key in page], partners.ids)

    def test_pages_are_read_ahead_of_the_jobs(self):
        requested, third_requested = [], threading.Event()

        def search_read(client, model, domain, *args, **kwargs):
            requested.append(domain)
            if len(requested) == 3:
                third_requested.set()
            return [{"id": len(requested), "write_date": "2030-01-01 00:00:00"}]

        self.patch(OdooAdapter, "_pages_ahead", 2)
        with (
            patch.object(adapter, "PAGE_SIZE", 1),
            patch.object(vodoo.OdooClient, "search_read", search_read),
            self.backend.work_on(PARTNER) as work,
        ):
            pages = work.component(usage="backend.adapter").search_pages()
            self.assertEqual(list(next(pages)), [1])
            self.assertTrue(third_requested.wait(PATIENCE_SECONDS))
            pages.close()
        self.assertEqual(requested, [[], [["id", ">", 1]], [["id", ">", 2]]])
