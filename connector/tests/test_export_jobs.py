# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests.common import tagged

from ..components.exporter.queue import delay_export
from .export_common import ExportCase


@tagged("post_install", "-at_install")
class TestJobFunctions(ExportCase):
    def config(self, model, method):
        return self.env["queue.job.function"].job_config(f"<{model}>.{method}")

    def test_a_binding_model_inherits_the_functions_of_the_mixin(self):
        config = self.config("test.export.partner", "export_record")
        self.assertEqual(config.channel, "root.connector.export")
        self.assertFalse(config.allow_commit)
        self.assertEqual(
            config.related_action_func_name, "related_action_unwrap_binding"
        )
        self.assertEqual(config.retry_pattern, {1: 10, 2: 60, 3: 300, 4: 900})

    def test_every_job_of_the_mixin_has_a_channel(self):
        channels = {
            method: self.config("test.export.partner", method).channel
            for method in (
                "import_batch",
                "import_chunk",
                "import_record",
                "import_changes",
                "export_record",
                "export_batch",
                "export_delete_record",
            )
        }
        self.assertEqual(
            channels,
            {
                method: f"root.connector.{method.partition('_')[0]}"
                for method in channels
            },
        )

    def test_a_function_of_the_model_itself_wins(self):
        self.make_function("test.export.partner", "export_record")
        config = self.config("test.export.partner", "export_record")
        self.assertEqual(config.channel, "root")
        other = self.config("test.export.category", "export_record")
        self.assertEqual(other.channel, "root.connector.export")

    def test_a_function_of_a_nearer_mixin_wins(self):
        self.make_function("test.export.binding", "export_record")
        config = self.config("test.export.partner", "export_record")
        self.assertEqual(config.channel, "root")

    def test_other_models_have_the_default_configuration(self):
        functions = self.env["queue.job.function"]
        for name in ("<res.partner>.export_record", "<no.such.model>.x", "no function"):
            self.assertEqual(functions.job_config(name), functions.job_default_config())

    def make_function(self, model, method):
        self.env["queue.job.function"].create(
            {"model_id": self.env["ir.model"]._get_id(model), "method": method}
        )


@tagged("post_install", "-at_install")
class TestBindingJobs(ExportCase):
    def test_a_job_exports_a_record(self):
        binding = self.make_binding()
        with self.trap_jobs() as trap:
            delay_export(binding)
        trap.assert_jobs_count(1, only=binding.export_record)
        self.run_jobs(trap)
        self.assertEqual(self.remote(binding)["name"], "Ada")

    def test_the_export_of_a_deleted_binding_does_not_fail(self):
        binding = self.make_binding()
        binding.unlink()
        self.assertIn("not exist any more", binding.export_record())

    def test_a_batch_delays_an_export_for_each_binding(self):
        bindings = self.make_binding() + self.make_binding(active=False)
        self.backend.copy({"name": "Other"})
        with self.trap_jobs() as trap:
            message = bindings.export_batch(self.backend)
        self.assertIn("2", message)
        self.assertEqual([job.recordset for job in trap.enqueued_jobs], [*bindings])

    def test_a_batch_exports_what_is_in_the_domain(self):
        bindings = self.make_binding() + self.make_binding(name="Grace")
        with self.trap_jobs() as trap:
            bindings.export_batch(
                self.backend, [("name", "=", "Grace")], job_options={"priority": 3}
            )
        (job,) = trap.enqueued_jobs
        self.assertEqual(job.recordset, bindings[1])
        self.assertEqual(job.priority, 3)

    def test_a_direct_batch_exports_immediately(self):
        bindings = self.make_binding() + self.make_binding()
        self.component("direct.batch.exporter", bindings._name).run()
        self.assertEqual(len(self.system.ids(bindings._name)), 2)

    def test_a_run_counts_the_outcomes_of_its_exports(self):
        new, known, skipped = (self.make_binding() for __ in range(3))
        known.export_record()
        exporter_class = type(self.exporter())

        def skip_one(exporter):
            return exporter.binding == skipped

        with (
            patch.object(exporter_class, "_has_to_skip", skip_one),
            self.trap_jobs() as trap,
        ):
            self.backend.export_all()
            self.run_jobs(trap)
        run = self.last_run()
        self.assertEqual(run.direction, "export")
        self.assertEqual(
            (run.created_count, run.updated_count, run.skipped_count), (1, 1, 1)
        )
        self.assertEqual(run.found_count, 3)
        self.assertEqual(run.state, "done")

    def test_an_export_that_waits_already_is_not_of_the_run(self):
        binding = self.make_binding()
        delay_export(binding)
        run = self.env["connector.sync.run"]._start(
            self.backend, binding._name, direction="export"
        )
        binding.export_batch(self.backend, run=run)
        self.assertEqual((run.found_count, run.skipped_count), (1, 1))
        self.assertEqual(run.state, "done")

    def test_a_direct_batch_adds_its_outcomes_to_the_run(self):
        binding = self.make_binding()
        run = self.env["connector.sync.run"]._start(
            self.backend, binding._name, direction="export"
        )
        self.component("direct.batch.exporter", binding._name).run(run=run)
        self.assertEqual((run.found_count, run.created_count), (1, 1))

    def last_run(self):
        return self.env["connector.sync.run"].search(
            [("model_name", "=", "test.export.partner")], limit=1, order="id desc"
        )

    def test_one_binding_is_resynchronized_by_one_record(self):
        binding = self.make_binding(external_id="7")
        with self.trap_jobs() as trap:
            binding.resync()
        trap.assert_enqueued_job(
            self.env[binding._name].import_record,
            args=(self.backend, "7"),
            kwargs={"force": True},
        )

    def test_many_bindings_are_resynchronized_in_chunks(self):
        bindings = self.make_binding(external_id="7") + self.make_binding(
            external_id="8"
        )
        never_exported = self.make_binding()
        with self.trap_jobs() as trap:
            (bindings + never_exported).resync()
        trap.assert_enqueued_job(
            self.env[bindings._name].import_chunk,
            args=(self.backend, ["7", "8"]),
            kwargs={"force": True},
        )

    def test_the_related_action_of_an_export_opens_the_record(self):
        binding = self.make_binding()
        action = binding.with_delay().export_record().related_action()
        self.assertEqual(action["res_model"], "res.partner")
        self.assertEqual(action["res_id"], binding.odoo_id.id)

    def test_the_related_action_of_an_import_opens_what_it_brought(self):
        model = self.env["test.export.partner"]
        job = model.with_delay().import_chunk(self.backend, ["7", "8"])
        self.assertIsNone(job.related_action())
        one = self.make_binding(external_id="7")
        action = job.related_action()
        self.assertEqual((action["res_model"], action["res_id"]), (one._name, one.id))
        other = self.make_binding(external_id="8", active=False)
        action = job.related_action()
        self.assertEqual(action["domain"], [("id", "in", (one + other).ids)])

    def test_a_job_without_a_record_has_no_related_action(self):
        model = self.env["test.export.partner"]
        job = model.with_delay().export_delete_record(self.backend, "7")
        self.assertIsNone(job.related_action())
