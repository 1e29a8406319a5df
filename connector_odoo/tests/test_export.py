# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.component.core import _component_databases
from odoo.addons.connector import timestamps
from odoo.addons.connector.exception import InvalidDataError
from odoo.addons.connector.timestamps import TICK
from odoo.addons.queue_job.tests.common import trap_jobs

from ..components.adapter import OdooAdapter
from ..components.matcher import UserMatcher
from .common import OdooConnectorCase


@tagged("post_install", "-at_install")
class TestExport(OdooConnectorCase):
    """Export to the test database itself: the counterpart is another record of it."""

    def setUp(self):
        super().setUp()
        # A record is fresh during the whole test, however slow the machine is.
        self.patch(timestamps, "FRESH_SECONDS", 1800)
        self.backend.write({"sync_partners": "both", "conflict_policy": "newest"})
        self.tag = self._create("res.partner.category", {"name": "Gold"})
        self.company = self._create(
            "res.partner", {"name": "Our Company", "is_company": True}
        )
        self.partner = self._create(
            "res.partner",
            {
                "name": "Ada",
                "email": "ada@ours.example",
                "parent_id": self.company.id,
                "country_id": self.env.ref("base.fr").id,
                "category_id": [Command.set(self.tag.ids)],
            },
        )

    def _create(self, model_name, values):
        model = self.env[model_name].with_context(connector_no_export=True)
        return model.create(values).with_env(self.env)

    def _bind(self, record):
        binding_model = f"odoo.{record._name}"
        return (
            self.env[binding_model]
            .with_context(connector_no_export=True)
            .create({"odoo_id": record.id, "backend_id": self.backend.id})
        )

    def _export(self, record):
        binding = self._bind(record)
        self.env.flush_all()
        binding.export_record()
        return binding, self.env[record._name].browse(int(binding.external_id))

    def test_a_record_is_created_there_with_its_values(self):
        binding, there = self._export(self.partner)
        self.assertNotEqual(there, self.partner)
        self.assertEqual(there.email, "ada@ours.example")
        self.assertEqual(there.country_id, self.env.ref("base.fr"))
        self.assertTrue(binding.sync_date)

    def test_dependencies_are_exported_first(self):
        _binding, there = self._export(self.partner)
        parent = self.env["odoo.res.partner"].search(
            [("odoo_id", "=", self.company.id)]
        )
        self.assertEqual(there.parent_id.id, int(parent.external_id))
        tag = self.env["odoo.res.partner.category"].search(
            [("odoo_id", "=", self.tag.id)]
        )
        self.assertEqual(there.category_id.ids, [int(tag.external_id)])

    def test_a_salesperson_whom_the_other_side_does_not_know_is_kept_there(self):
        deputy = new_test_user(self.env, "deputy")
        binding, there = self._export(self.partner)
        there.with_context(connector_no_export=True).user_id = self.admin
        for default_owner, expected in ((deputy, self.admin), (self.admin, deputy)):
            self.backend.owner_id = default_owner
            self.partner.with_context(connector_no_export=True).user_id = deputy
            binding.with_context(connector_no_export=True).external_updated_at = False
            self.env.flush_all()
            binding.export_record(fields=["user_id"])
            there.invalidate_recordset()
            self.assertEqual(there.user_id, expected)

    def test_every_exported_model_is_listened_to(self):
        registry = _component_databases[self.env.cr.dbname]
        models = registry["odoo.export.listener"].apply_on_models
        for choice, binding_models in self.backend._models_by_choice().items():
            directions = self.backend._fields[choice].get_values(self.env)
            for name in binding_models:
                self.assertEqual(name in models, "export" in directions, name)
                wrapped = self.env[name]._fields["odoo_id"].comodel_name
                self.assertEqual(wrapped in models, "export" in directions, wrapped)

    def test_only_edited_fields_are_sent_if_the_remote_record_changed(self):
        for policy in ("local", "remote", "newest", "ask"):
            for names in (["city"], None):
                with self.subTest(policy=policy, names=names):
                    self.backend.conflict_policy = policy
                    self._edit_while_they_write(policy, names)

    def _edit_while_they_write(self, phone, names):
        binding, there = self._export(self.partner)
        quietly = {"connector_no_export": True}
        there.with_context(**quietly).write({"phone": phone})
        with trap_jobs():
            self.partner.city = f"Paris {phone} {names}"
            self.env.cr.flush()
        binding.with_context(**quietly).external_updated_at = (
            there.write_date - timedelta(minutes=1)
        )
        self.env.flush_all()
        binding.export_record(fields=names)
        there.invalidate_recordset()
        self.assertEqual((there.city, there.phone), (self.partner.city, phone))
        self.assertFalse(binding.unconfirmed_fields)
        self._import_counterpart(there)
        self.assertEqual(self.partner.phone, phone)
        binding.with_context(**quietly).unlink()

    def _export_past(self, binding, there, theirs):
        """Export our city while someone there writes, between our look and write."""
        with self.backend.work_on("odoo.res.partner") as work:
            exporter_class = type(work.component(usage="record.exporter"))
        look = exporter_class._has_to_skip

        def look_and_be_overtaken(exporter):
            found = look(exporter)
            there.with_context(connector_no_export=True).write(theirs)
            self.env.flush_all()
            return found

        self.partner.with_context(connector_no_export=True).city = "Paris"
        self.env.flush_all()
        with patch.object(exporter_class, "_has_to_skip", look_and_be_overtaken):
            binding.export_record(fields=["city"])
        there.invalidate_recordset()

    def test_a_change_there_during_an_export_arrives_here(self):
        binding, there = self._export(self.partner)
        self._export_past(binding, there, {"phone": "theirs"})
        self.assertEqual((there.city, there.phone), ("Paris", "theirs"))
        self.env["odoo.res.partner"].import_record(self.backend, binding.external_id)
        self.assertEqual((self.partner.city, self.partner.phone), ("Paris", "theirs"))

    def test_an_edit_after_an_export_does_not_conflict_with_it(self):
        self.backend.conflict_policy = "ask"
        binding, there = self._export(self.partner)
        with trap_jobs():
            self.partner.city = "Paris"
            self.env.cr.flush()
        self.assertTrue(binding.unconfirmed_fields)
        self.env["odoo.res.partner"].import_record(self.backend, binding.external_id)
        self.assertEqual(self.partner.city, "Paris")
        self.env.flush_all()
        binding.export_record(fields=["city"])
        there.invalidate_recordset()
        self.assertEqual(there.city, "Paris")
        self.assertFalse(self.partner.activity_ids)

    def test_a_creation_repeated_under_its_key_makes_one_record(self):
        values = {"name": "Grace", "is_company": False, "color": 0, "city": False}
        with self.backend.work_on("odoo.res.partner") as work:
            adapter = work.component(usage="backend.adapter")
            key = "__connector__.test_grace"
            first = adapter.create_once(key, values)
            second = adapter.create_once(key, {**values, "city": "Arlington"})
        self.assertEqual(first, second)
        self.assertEqual(self.env["res.partner"].browse(first).city, "Arlington")

    def test_a_creation_whose_answer_was_lost_is_not_made_twice(self):
        binding = self._bind(self.partner)
        self.env.flush_all()
        with self.backend.work_on("odoo.res.partner") as work:
            # all that is left of the first try
            exporter = work.component(usage="record.exporter")
            exporter.binding = binding
            lost_id = work.component(usage="backend.adapter").create_once(
                exporter._marker(), {"name": "Ada"}
            )
        binding.export_record()
        self.assertEqual(int(binding.external_id), lost_id)
        there = self.env["res.partner"].browse(lost_id)
        self.assertEqual(there.email, "ada@ours.example")

    def test_a_key_belongs_to_one_record_and_backend(self):
        other = self.backend.copy()
        markers = set()
        for backend in (self.backend, other):
            for record in (self.partner, self.company):
                binding = self.env["odoo.res.partner"].new(
                    {"odoo_id": record.id, "backend_id": backend.id}
                )
                with backend.work_on("odoo.res.partner") as work:
                    exporter = work.component(usage="record.exporter")
                    exporter.binding = binding
                    markers.add(exporter._marker())
        self.assertEqual(len(markers), 4)

    def test_values_that_an_import_refuses_are_created(self):
        values = {"name": "Mary", "child_ids": [Command.create({"name": "Jr."})]}
        with self.backend.work_on("odoo.res.partner") as work:
            adapter = work.component(usage="backend.adapter")
            external_id = adapter.create_once("__connector__.test_mary", values)
        there = self.env["res.partner"].browse(external_id)
        self.assertEqual(there.child_ids.name, "Jr.")

    def test_a_refusal_names_the_reason(self):
        with self.backend.work_on("odoo.res.partner") as work:
            adapter = work.component(usage="backend.adapter")
            with self.assertRaisesRegex(InvalidDataError, "name"):
                adapter.create_once("__connector__.test_nobody", {"city": "Nowhere"})

    def test_several_edits_make_one_job_of_the_fields_that_changed(self):
        binding, _there = self._export(self.partner)
        with trap_jobs() as trap:
            self.partner.phone = "1"
            self.partner.city = "Paris"
            self.partner.barcode = "not mapped"
            self.env.flush_all()
            self.env.cr.precommit.run()
            jobs = [job for job in trap.enqueued_jobs if job.recordset == binding]
            self.assertEqual(
                [(job.method_name, job.kwargs) for job in jobs],
                [("export_record", {"fields": ["city", "phone"]})],
            )

    def test_an_import_never_triggers_an_export(self):
        (binding,) = self._import("odoo.res.partner", self.company)
        with trap_jobs() as trap:
            self.backend.env["odoo.res.partner"].import_record(
                self.backend, binding.external_id, force=True
            )
            self.env.cr.precommit.run()
            trap.assert_jobs_count(0)

    def _change_on_both_sides(self, here_later):
        """Return the binding and its counterpart, both changed since they agreed."""
        binding, there = self._export(self.company)
        now = fields.Datetime.now() + timedelta(hours=1)
        moments = [now + timedelta(minutes=1), now + timedelta(minutes=2)]
        if not here_later:
            moments.reverse()
        there.with_context(connector_no_export=True).city = "There"
        with trap_jobs():
            self.company.city = "Here"
            self.env.cr.flush()
        self.assertTrue(binding.unconfirmed_fields)
        binding.with_context(connector_no_export=True).external_updated_at = now
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE connector_unconfirmed_field SET edited_at = %s "
            "WHERE model_name = %s AND binding_id = %s",
            (moments[1], binding._name, binding.id),
        )
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = %s WHERE id = %s",
            (moments[0], there.id),
        )
        self.env.invalidate_all()
        return binding, there

    def test_the_newer_change_here_wins_over_the_one_there(self):
        binding, there = self._change_on_both_sides(here_later=True)
        binding.import_record(self.backend, binding.external_id)
        self.assertEqual(self.company.city, "Here")
        binding.export_record()
        self.assertEqual(there.city, "Here")

    def test_the_newer_change_there_wins_over_the_one_here(self):
        binding, there = self._change_on_both_sides(here_later=False)
        with trap_jobs():
            binding.export_record()
        self.assertEqual(there.city, "There")
        binding.import_record(self.backend, binding.external_id)
        self.assertEqual(self.company.city, "There")

    def _import_counterpart(self, there):
        """Import it, and return the run."""
        run = self.env["connector.sync.run"]._start(self.backend, "odoo.res.partner")
        self._import("odoo.res.partner", there, run=run)
        self.env.invalidate_all()
        return run

    def _set_write_date(self, there, moment):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = %s WHERE id = %s", (moment, there.id)
        )
        self.env.invalidate_all()

    def _while_sending(self, function):
        """Change the remote record after it was read, before the export writes it."""
        write = OdooAdapter.write

        def write_too_late(adapter, *args):
            function()
            self.env.flush_all()
            write(adapter, *args)

        return patch.object(OdooAdapter, "write", write_too_late)

    def test_a_remote_edit_in_the_second_of_an_export_is_imported(self):
        binding, there = self._export(self.company)
        there.with_context(connector_no_export=True).phone = "theirs"
        self._set_write_date(there, binding.external_updated_at + TICK)
        self._import_counterpart(there)
        self.assertEqual(self.company.phone, "theirs")

    def test_an_export_is_not_a_remote_change(self):
        self.backend.conflict_policy = "remote"
        binding, there = self._export(self.company)
        with trap_jobs():
            self.company.city = "Later"
            self.env.cr.flush()
        run = self._import_counterpart(there)
        self.assertEqual((self.company.city, run.unchanged_count), ("Later", 1))
        self.assertTrue(binding.unconfirmed_fields)

    def test_a_deliberate_difference_stays_on_both_sides(self):
        """Each side keeps its salesperson if the other side does not know it."""
        deputy = new_test_user(self.env, "deputy")
        self.backend.owner_id = self.admin
        binding, there = self._export(self.company)
        there.with_context(connector_no_export=True).user_id = self.admin
        self._set_write_date(there, binding.external_updated_at + TICK)
        self._import_counterpart(there)
        quietly = self.company.with_context(connector_no_export=True)
        quietly.write({"user_id": deputy.id, "city": "Here"})
        unknown = patch.object(
            UserMatcher, "find_external_ids", lambda *_args: [], create=True
        )
        with unknown:
            binding.export_record(fields=["city", "user_id"])
        self._import_counterpart(there)
        self.assertEqual((there.city, there.user_id), ("Here", self.admin))
        self.assertEqual(self.company.user_id, deputy)

    def test_a_remote_edit_before_its_import_is_not_taken_for_an_export(self):
        binding, there = self._export(self.company)
        there.with_context(connector_no_export=True).phone = "theirs"
        self._set_write_date(there, binding.external_updated_at + TICK)
        with trap_jobs():
            self.company.city = "Here"
            self.env.cr.flush()
        self._import_counterpart(there)  # the edit waits for its export
        self.assertEqual((self.company.city, self.company.phone), ("Here", "theirs"))
        binding.export_record(fields=["city"])
        self._import_counterpart(there)
        self.assertEqual((there.city, self.company.phone), ("Here", "theirs"))

    def test_an_export_is_compared_again_within_its_second(self):
        binding, there = self._export(self.company)
        self._import_counterpart(there)
        self.assertTrue(binding.known_fingerprint)
        earlier = fields.Datetime.now() - timedelta(hours=1)
        quietly = binding.with_context(connector_no_export=True)
        quietly.external_updated_at = earlier - TICK
        self._set_write_date(there, earlier)
        self._import_counterpart(there)
        self.assertFalse(binding.known_fingerprint)
        self.assertEqual(binding.external_updated_at, earlier.replace(microsecond=0))

    def test_a_remote_edit_during_an_export_is_imported(self):
        binding, there = self._export(self.company)
        theirs = there.with_context(connector_no_export=True)
        self.company.with_context(connector_no_export=True).city = "Here"
        self.env.flush_all()
        with self._while_sending(lambda: theirs.write({"phone": "theirs"})):
            binding.export_record(fields=["city"])
        self._import_counterpart(there)
        self.assertEqual((there.city, self.company.phone), ("Here", "theirs"))

    def test_a_remote_edit_before_an_import_has_settled_is_imported(self):
        binding, there = self._export(self.company)
        quietly = {"connector_no_export": True}
        binding.with_context(**quietly).external_updated_at = False  # was fresh
        there.with_context(**quietly).phone = "theirs"
        self.company.with_context(**quietly).city = "Here"
        self.env.flush_all()
        binding.export_record(fields=["city"])
        self._import_counterpart(there)
        self.assertEqual((there.city, self.company.phone), ("Here", "theirs"))

    def test_a_person_is_asked_where_the_policy_says_so(self):
        self.backend.conflict_policy = "ask"
        binding, there = self._change_on_both_sides(here_later=True)
        binding.import_record(self.backend, binding.external_id)
        binding.export_record()
        self.assertEqual((self.company.city, there.city), ("Here", "There"))
        self.assertEqual(len(self.company.activity_ids), 1)

    def test_a_forced_import_takes_the_remote_values(self):
        self.backend.conflict_policy = "ask"
        binding, _there = self._change_on_both_sides(here_later=True)
        binding.import_record(self.backend, binding.external_id, force=True)
        self.assertEqual(self.company.city, "There")
