# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue

from odoo.tests import HttpCase

from odoo.addons.queue_job.job import Job

from .common import PRODUCT, ShopCase

SECRET = "whsec_" + base64.b64encode(b"a secret of 32 bytes, for a test").decode()


class Relay(HTTPServer):
    """Server that takes the deliveries of the shop, for the test to pass them on.

    Odoo answers only the requests of the test itself while a test runs.
    """

    def __init__(self):
        self.requests = Queue()
        super().__init__(("127.0.0.1", 0), RelayHandler)

    def __enter__(self):
        # shutdown() waits until the next poll
        poll = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        poll.start()
        return self

    def __exit__(self, *args):
        self.shutdown()
        self.server_close()


class RelayHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = Queue()
        self.server.requests.put((dict(self.headers), body, answer))
        self.send_response(answer.get(timeout=60))
        self.end_headers()

    def log_message(self, *args):
        """Log nothing."""


class TestWebhook(ShopCase, HttpCase):
    def test_change_in_the_shop_is_imported(self):
        self.import_changes("vendure.product.attribute", PRODUCT)
        self.backend.new_webhook_secret = SECRET
        relay = self.enterContext(Relay())
        url = f"http://127.0.0.1:{relay.server_port}/"
        mutation = """mutation ($url: String!, $secret: String!) {
            createWebhook(url: $url, secret: $secret) { id } }"""
        data = self.shop.query(mutation, url=url, secret=SECRET)
        subscription = data["createWebhook"]["id"]
        delete = f'mutation {{ deleteWebhook(id: "{subscription}") }}'
        self.addCleanup(self.shop.query, delete)
        self.shop.query("""mutation { updateProduct(input: { id: 2,
            translations: [{ languageCode: en, name: "Quiet mouse" }] }) { id } }""")
        # the first try fails, and the shop sends it again
        headers, body, answer = relay.requests.get(timeout=30)
        answer.put(503)
        again, body_again, answer = relay.requests.get(timeout=30)
        self.assertEqual(body_again, body)
        self.assertEqual(again["webhook-id"], headers["webhook-id"])
        jobs = self.env["queue.job"].search([])
        response = self.post(again, body)
        answer.put(response.status_code)
        self.assertEqual(response.status_code, 202, response.text)
        (job,) = self.env["queue.job"].search([]) - jobs
        Job.load(self.env, job.uuid).perform()
        self.assertEqual(self.binding(PRODUCT, "2").name, "Quiet mouse")
        forged = {**again, "webhook-id": "msg_other"}
        self.assertEqual(self.post(forged, body).status_code, 401)

    def post(self, headers, body):
        headers.pop("Host", None)
        path = f"/connector/webhook/vendure.backend/{self.backend.id}"
        return self.url_open(path, data=body, headers=headers)
