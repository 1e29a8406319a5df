# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exports that commit, fail half way, and die: no external id is lost."""

import os
import signal
from unittest.mock import patch

from odoo.tests.common import tagged
from odoo.tools import mute_logger

from odoo.addons.component.core import _component_databases
from odoo.addons.connector.components.binder import Binder
from odoo.addons.queue_job.controllers.main import _prevent_commit

from .export_common import Child, ProcessCase
from .export_processes import RECEIPT_LOGGER, exporter_class, failing, run_export


@tagged("post_install", "-at_install")
class TestKeptExternalIds(ProcessCase):
    def setUp(self):
        super().setUp()
        self.before = set(self.system.ids("test.export.partner"))

    def created(self):
        return set(self.system.ids("test.export.partner")) - self.before

    def test_the_external_id_is_committed_before_anything_else_can_fail(self):
        binding_id = self.make_partner()
        with self.assertRaisesRegex(ValueError, "afterwards"):
            with self.transaction() as env:
                with failing("_after_export", env):
                    run_export(env, binding_id)
        (external_id,) = self.created()
        self.assertEqual(self.read_partner(binding_id, "external_id"), external_id)
        self.assertEqual(self.read_receipts(binding_id), [])

    def test_a_job_that_must_not_commit_leaves_a_receipt(self):
        binding_id = self.make_partner()
        with self.assertRaisesRegex(ValueError, "afterwards"):
            with self.transaction() as env, _prevent_commit(env.cr):
                with failing("_after_export", env):
                    run_export(env, binding_id)
        (external_id,) = self.created()
        self.assertFalse(self.read_partner(binding_id, "external_id"))
        self.assertEqual(self.read_receipts(binding_id), [external_id])

        with self.transaction() as env:
            run_export(env, binding_id)
        self.assertEqual(self.created(), {external_id})
        self.assertEqual(self.read_partner(binding_id, "external_id"), external_id)
        self.assertEqual(self.read_receipts(binding_id), [])

    def test_a_job_that_must_not_commit_drops_its_receipt_when_it_is_committed(self):
        binding_id = self.make_partner()
        with self.transaction() as env:
            with _prevent_commit(env.cr):
                run_export(env, binding_id)
            self.assertEqual(len(self.read_receipts(binding_id)), 1)
        self.assertEqual(self.read_receipts(binding_id), [])
        self.assertTrue(self.read_partner(binding_id, "external_id"))

    def test_a_binder_may_store_an_id_in_another_form(self):
        binding_id = self.make_partner()
        bind = Binder.bind

        def bind_prefixed(binder, external_id, binding):
            bind(binder, f"folder {external_id}", binding)

        with self.transaction() as env:
            with _prevent_commit(env.cr), patch.object(Binder, "bind", bind_prefixed):
                run_export(env, binding_id)
        self.assertEqual(self.read_receipts(binding_id), [])
        (external_id,) = self.created()
        self.assertEqual(
            self.read_partner(binding_id, "external_id"), f"folder {external_id}"
        )

    def test_a_receipt_stays_if_a_savepoint_took_the_binding_back(self):
        binding_id = self.make_partner()
        with self.transaction() as env:
            with _prevent_commit(env.cr), self.assertRaises(ValueError):
                with env.cr.savepoint(), failing("_after_export", env):
                    run_export(env, binding_id)
        (external_id,) = self.created()
        self.assertEqual(self.read_receipts(binding_id), [external_id])

    def test_a_failing_bind_leaves_a_receipt(self):
        binding_id = self.make_partner()
        with self.assertRaisesRegex(ValueError, "afterwards"):
            with self.transaction() as env:
                with failing("_commit", env):
                    run_export(env, binding_id)
        (external_id,) = self.created()
        self.assertEqual(self.read_receipts(binding_id), [external_id])
        with self.transaction() as env:
            run_export(env, binding_id)
        self.assertEqual(self.created(), {external_id})

    def test_an_override_that_fails_after_the_creation_loses_nothing(self):
        binding_id = self.make_partner()
        with self.assertRaisesRegex(ValueError, "afterwards"):
            with self.transaction() as env:
                cls = exporter_class(env)
                create = cls._create

                def create_and_fail(self, values):
                    create(self, values)
                    raise ValueError("afterwards")

                with patch.object(cls, "_create", create_and_fail):
                    run_export(env, binding_id)
        (external_id,) = self.created()
        self.assertEqual(self.read_receipts(binding_id), [external_id])

    def test_a_lost_binding_of_a_dependency_is_found_by_its_record(self):
        with self.transaction() as env:
            parent = env["res.partner"].create({"name": "Parent"})
            parent_id = parent.id
        binding_id = self.make_partner(parent_id=parent_id)
        with self.assertRaises(ValueError):
            with self.transaction() as env, _prevent_commit(env.cr):
                with failing("_lock", env, only_for=binding_id):
                    run_export(env, binding_id)
        (parent_external_id,) = self.created()
        with self.transaction() as env:
            run_export(env, binding_id)
            parent = env["res.partner"].browse(parent_id)
            self.assertEqual(
                parent.test_export_bind_ids.external_id, parent_external_id
            )
        self.assertEqual(len(self.created()), 2)

    @mute_logger(RECEIPT_LOGGER, "odoo.sql_db")
    def test_a_receipt_that_cannot_be_written_does_not_hide_the_error(self):
        binding_id = self.make_partner()
        with self.assertRaisesRegex(ValueError, "afterwards"):
            with self.transaction() as env, failing("_commit", env):
                # another transaction cannot read the table while this one changes it
                env.cr.execute("LOCK TABLE res_partner IN ACCESS EXCLUSIVE MODE")
                with patch(f"{RECEIPT_LOGGER}.LOCK_TIMEOUT", "50ms"):
                    run_export(env, binding_id)
        self.assertEqual(self.read_receipts(binding_id), [])

    def test_a_killed_export_is_found_by_its_natural_key(self):
        binding_id = self.make_partner(ref="unique")
        self._export_and_die(binding_id)
        (external_id,) = self.created()
        self.assertFalse(self.read_partner(binding_id, "external_id"))
        with self.transaction() as env:
            run_export(env, binding_id)
        self.assertEqual(self.created(), {external_id})
        self.assertEqual(self.read_partner(binding_id, "external_id"), external_id)

    def test_a_killed_export_without_natural_key_is_created_again(self):
        """Nothing else is possible: the new id is unknown."""
        binding_id = self.make_partner()
        self._export_and_die(binding_id)
        with self.transaction() as env:
            run_export(env, binding_id)
        self.assertEqual(len(self.created()), 2)

    def test_an_export_that_is_killed_after_the_commit_point_is_not_lost(self):
        for forbidden in (False, True):
            with self.subTest(commits_are_forbidden=forbidden):
                binding_id = self.make_partner()
                before = self.created()
                self._export_and_die(binding_id, "_after_export", forbidden)
                (external_id,) = self.created() - before
                with self.transaction() as env:
                    run_export(env, binding_id)
                self.assertEqual(self.created() - before, {external_id})
                self.assertEqual(
                    self.read_partner(binding_id, "external_id"), external_id
                )

    def _export_and_die(self, binding_id, hook=None, commits_are_forbidden=False):
        """Kill another process before a hook, by default before it binds."""

        def export(env, parent):
            def die(*args):
                os.kill(os.getpid(), signal.SIGKILL)

            if commits_are_forbidden:
                env.cr.__dict__["commit"] = lambda: None
            dying_class = exporter_class(env)
            if hook is None:
                dying_class = _component_databases.find(env)["test.folder.binder"]
            with patch.object(dying_class, hook or "bind", die):
                run_export(env, binding_id)

        child = Child(self.registry.db_name, export)
        self.addCleanup(child.end)
        self.assertIsNone(child.hear())
