# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from itertools import count

from odoo import fields
from odoo.tests import TransactionCase, tagged

from ..models.deletion import is_kept
from .export_common import ExportCase

KEPT = {
    "connector.cursor",
    "connector.export.receipt",
    "connector.kept.records",
    "connector.sync.run",
    "connector.unconfirmed.field",
}


numbers = count()


class UninstallCase(TransactionCase):
    def setUp(self):
        super().setUp()
        self.deleted = self.env["ir.model"].create(
            {"name": "Gone", "model": "x_lost", "state": "manual"}
        )

    def make_kept(self, model, name, **values):
        """Create a row that refers to a model by its name; fill its required fields."""
        columns = dict(self.env["ir.model"]._find_kept_by_name())[model.browse()]
        values = {**dict.fromkeys(columns, name), **values}
        for field in model._fields.values():
            if field.name in values or not (field.store and field.required):
                continue
            if field.type == "many2one_reference":
                # not the id of a backend of the test: some rows are unique
                values[field.name] = 10**6 + next(numbers)
            elif field.type in ("integer", "float"):
                values[field.name] = 1
            elif field.type in ("char", "text"):
                values[field.name] = f"kept {next(numbers)}"
            elif field.type == "many2one":
                values[field.name] = self.env[field.comodel_name].search([], limit=1).id
            elif field.type == "datetime":
                values[field.name] = fields.Datetime.now()
            elif field.type == "selection":
                values[field.name] = field.get_values(self.env)[0]
        return model.create(values)


@tagged("post_install", "-at_install")
class TestForgottenModels(UninstallCase):
    """Rows that refer to a model by its name are deleted with the model."""

    def test_every_model_that_is_kept_by_a_name_is_found(self):
        found = {model._name for model, _columns in self.kept()}
        self.assertLessEqual(KEPT, found)
        for name, model in self.env.items():
            keys = {"backend_model", "model_name", "binding_model"} & {
                field.name for field in model._fields.values() if field.store
            }
            if name.startswith("connector.") and is_kept(model):
                self.assertTrue(not keys or name in found, name)

    def kept(self):
        return list(self.env["ir.model"]._find_kept_by_name())

    def test_all_of_it_goes_and_that_of_others_stays(self):
        for model, _columns in self.kept():
            with self.subTest(model._name):
                deleted = self.make_kept(model, "x_lost")
                other = self.make_kept(model, "res.partner")
                self.env.flush_all()
                self.env["ir.model"]._forget_models(["x_lost"])
                self.assertFalse(deleted.exists())
                self.assertTrue(other.exists())

    def test_each_name_by_which_it_is_kept_counts(self):
        for model, columns in self.kept():
            for column in columns:
                with self.subTest(f"{model._name}.{column}"):
                    kept = self.make_kept(model, "res.partner")
                    self.env.flush_all()
                    self.env.cr.execute(
                        f"UPDATE {model._table} SET {column} = 'x_lost' WHERE id = %s",
                        (kept.id,),
                    )
                    self.env.invalidate_all()
                    self.env["ir.model"]._forget_models(["x_lost"])
                    self.assertFalse(kept.exists())

    def test_deleting_the_model_does_it(self):
        run = self.make_kept(self.env["connector.sync.run"], "x_lost")
        self.env["connector.sync.outcome"].create({"run_id": run.id})
        self.env["connector.dry.run.line"].create(
            {"run_id": run.id, "outcome": "created"}
        )
        self.deleted.unlink()
        self.assertFalse(run.exists())
        for name in ("connector.sync.outcome", "connector.dry.run.line"):
            self.assertFalse(self.env[name].search([("run_id", "=", run.id)]))


@tagged("post_install", "-at_install")
class TestDeletedBackend(UninstallCase, ExportCase):
    """Rows that refer to a backend by its model and its id are deleted with it."""

    def test_rows_of_a_backend_are_deleted_with_it(self):
        backend, other = self.backend.copy(), self.backend.copy()
        deleted, kept = [], []
        for model, _columns in self.env["ir.model"]._find_kept_by_name():
            if "backend_id" in model._fields:
                for rows, owner in ((deleted, backend), (kept, other)):
                    values = {"backend_model": owner._name, "backend_id": owner.id}
                    rows.append(self.make_kept(model, owner._name, **values))
        self.env.flush_all()
        backend.unlink()
        self.assertEqual([row for row in deleted if row.exists()], [])
        self.assertTrue(deleted)
        self.assertTrue(all(row.exists() for row in kept))


@tagged("post_install", "-at_install")
class TestCancelledJobs(ExportCase):
    """Jobs that nobody can run any more are cancelled with their models."""

    def make_job(self, state="pending"):
        job = self.make_binding().with_delay().export_record().db_record()
        job.state = state
        return job

    def test_jobs_of_the_models_are_cancelled_unless_they_are_done(self):
        waiting = self.make_job() | self.make_job("failed") | self.make_job("enqueued")
        done = self.make_job("done")
        self.env["ir.model"]._cancel_jobs_of(["test.export.partner"])
        self.assertEqual(set(waiting.mapped("state")), {"cancelled"})
        self.assertRegex(waiting[0].result, "uninstalled")
        self.assertEqual(done.state, "done")

    def test_jobs_for_backends_of_the_models_are_cancelled(self):
        job = self.make_job()
        self.env["ir.model"]._cancel_jobs_of(["test.export.backend"])
        self.assertEqual(job.state, "cancelled")

    def test_deletions_that_waited_for_a_backend_are_not_woken_by_another(self):
        """After a reinstallation, another backend has the id."""
        model = self.env["test.export.partner"]
        job = model.with_delay().export_delete_record(self.backend, "7")
        self.backend.button_pause()
        job.set_started()
        job.store()
        job.set_pending(reset_retry=False)
        job.store()
        deletion = job.db_record()
        self.assertTrue(deletion.sync_is_parked)
        self.env["ir.model"]._cancel_jobs_of(["test.export.backend"])
        self.backend.button_resume()
        self.assertEqual(deletion.state, "cancelled")

    def test_jobs_that_depend_on_them_are_cancelled(self):
        first = self.make_binding().delayable().export_record()
        second = self.env["res.partner"].delayable().check_access("read")
        first.on_done(second).delay()
        jobs = first._generated_job.db_record() | second._generated_job.db_record()
        self.env["ir.model"]._cancel_jobs_of(["test.export.partner"])
        self.assertEqual(jobs.mapped("state"), ["cancelled", "cancelled"])

    def test_jobs_of_other_models_stay(self):
        job = self.env["res.partner"].with_delay().check_access("read").db_record()
        self.env["ir.model"]._cancel_jobs_of(["test.export.partner"])
        self.assertEqual(job.state, "pending")
