# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cases of notifications that are stored, and imported by a job."""

import json
import time

from odoo.tests import HttpCase
from odoo.tools import mute_logger

from odoo.addons.queue_job.job import Job

from ..http.webhooks.presets import (
    Shopify,
)
from ..http.webhooks.signatures import Delivery
from .common import TestConnectorCase
from .import_common import IMPORTER_LOGGER

PARTNER = "test.res.partner"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class InboxCase(HttpCase):
    """Posts signed notifications to ``self.backend``."""

    def setUp(self):
        super().setUp()
        self.backend.webhook_token = SECRET
        self.env.flush_all()

    def post(self, payload, delivery_id=None, topic=None, in_address=False, **options):
        """Return the answer to a notification, which is signed by default."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        secret, now = options.pop("secret", SECRET), options.pop("now", time.time())
        delivery = Delivery(delivery_id, topic)
        headers = self.backend._webhook_scheme.sign(body, secret, now, delivery)
        path = f"/connector/webhook/{self.backend._name}/{self.backend.id}"
        return self.url_open(
            f"{path}/{topic}" if in_address else path,
            data=body,
            headers={"Content-Type": "application/json", **headers, **options},
            timeout=60,
        )

    def events(self, **values):
        self.env.invalidate_all()
        domain = [("backend_model", "=", self.backend._name)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["connector.webhook.event"].search(domain)

    def jobs(self, method="import_notified"):
        self.env.invalidate_all()
        domain = [("method_name", "=", method), ("state", "=", "pending")]
        jobs = self.env["queue.job"].search(domain)
        return jobs.filtered(lambda job: job.sync_backend_model == self.backend._name)

    def run_job(self):
        """Perform the waiting import of events as the runner does."""
        (record,) = self.jobs()
        job = Job.load(self.env, record.uuid)
        job.set_started()
        job.store()
        with mute_logger(IMPORTER_LOGGER):
            result = job.perform()
        job.set_done()
        job.store()
        self.env.flush_all()
        return result


class ShopifyInboxCase(InboxCase, TestConnectorCase):
    """Notifications of a backend in memory, signed as those of Shopify."""

    def setUp(self):
        super().setUp()
        self.use(Shopify(), {"partners/update": PARTNER, "shop/update": None})

    def use(self, scheme, topics):
        """Give the backend model a scheme until the end of the test."""
        self.patch(type(self.backend), "_webhook_scheme", scheme)
        self.patch(type(self.backend), "_webhook_topics", topics)

    def post_partner(self, external_id, delivery_id="d1", **options):
        options.setdefault("topic", "partners/update")
        return self.post({"id": external_id}, delivery_id, **options)

    def found(self, external_id):
        return self.component("binder", PARTNER).to_internal(external_id)
