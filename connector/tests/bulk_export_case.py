# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Case of exports by one call for several records."""

from odoo.addons.queue_job.job import Job

from ..http import BulkEndpoint
from .keyed_server import PARTNER, KeyedCase, KeyedServer
from .rest_server import Reply


class BulkServer(KeyedServer):
    """Server with an endpoint as that of WooCommerce: an error for each record."""

    def create(self, request):
        if not request.path.endswith("/batch"):
            return super().create(request)
        answer = {
            name: [getattr(self, name)(values) for values in request.body[name]]
            for name in request.body
        }
        return Reply(answer)

    def create_item(self, values):
        reply = self.create_one(values)
        if reply.status == 422:
            return {"id": 0, "error": {"code": "bad", "message": reply.body["error"]}}
        return reply.body

    def update_item(self, values):
        external_id = str(values["id"])
        if self.refuse(values):
            return {"id": external_id, "error": {"message": self.refuse(values)}}
        self.records[external_id].update(values)
        return {"id": external_id}

    def bulk_calls(self):
        """Return the number of records of each bulk request."""
        return [
            {name: len(items) for name, items in request.body.items()}
            for request in self.requests
            if request.path.endswith("/batch")
        ]


class BulkCase(KeyedCase):
    """Exports to a server that takes several records in one call."""

    def make_server(self):
        return BulkServer()

    def setUp(self):
        super().setUp()
        self.declare(
            _bulk=BulkEndpoint("/partners/batch", "create_item", "update_item")
        )
        self.addCleanup(self.delete_jobs)

    def delete_jobs(self):
        with self.transaction() as env:
            env["queue.job"].search([("model_name", "=", PARTNER)]).unlink()
            backend = env["test.export.backend"].browse(self.backend_id)
            env["connector.backend.pause"]._lift(backend)

    def make_partners(self, *names, **values):
        return [self.make_partner(name=name, **values) for name in names]

    def export_chunk(self, binding_ids, error=None, pattern="", **kwargs):
        def export(env):
            return env[PARTNER].browse(binding_ids).export_chunk(**kwargs)

        if error is None:
            with self.transaction() as env:
                return export(env)
        with self.assertRaisesRegex(error, pattern), self.transaction() as env:
            export(env)
        return None

    def bound(self, binding_ids):
        return [self.read_partner(each, "external_id") for each in binding_ids]

    def names(self, binding_ids):
        """Return the names of the bound records in the backend."""
        return [self.server.records[key]["name"] for key in self.bound(binding_ids)]

    def perform_jobs(self, error=None):
        """Perform the waiting jobs of partners; return their methods."""
        methods = []
        with self.transaction() as env:
            uuids = (
                env["queue.job"]
                .search([("state", "=", "pending"), ("model_name", "=", PARTNER)])
                .mapped("uuid")
            )
        for uuid in uuids:
            with self.transaction() as env:
                job = Job.load(env, uuid)
                methods.append(job.method_name)
                if error:
                    self.assertRaises(error, job.perform)
                else:
                    job.perform()
                job.db_record().unlink()
        return methods
