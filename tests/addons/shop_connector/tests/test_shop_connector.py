# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from odoo.tests import tagged
from odoo.tests.common import TransactionCase

from odoo.addons.queue_job.tests.common import trap_jobs

CUSTOMERS = {
    1: {"fullname": "Ada Lovelace", "mail": "ada@example.com"},
    2: {"fullname": "Alan Turing", "mail": "alan@example.com"},
}


class Shop(BaseHTTPRequestHandler):
    """Serve the customers: their ids, and each of them."""

    def do_GET(self):
        number = self.path.rpartition("/")[2]
        content = CUSTOMERS[int(number)] if number.isdigit() else list(CUSTOMERS)
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Keep the test's output clean."""


@tagged("post_install", "-at_install")
class TestShopConnector(TransactionCase):
    def setUp(self):
        super().setUp()
        server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
        # shutdown() waits until the next poll
        poll = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        poll.start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.backend = self.env["shop.backend"].create(
            {"url": f"http://127.0.0.1:{server.server_port}"}
        )

    def import_customers(self):
        with trap_jobs() as trap:
            self.env["shop.customer"].import_batch(self.backend)
            trap.perform_enqueued_jobs()

    def test_customers_of_the_shop_arrive_as_partners(self):
        self.import_customers()
        customers = self.env["shop.customer"].search([], order="external_id")
        self.assertEqual(
            customers.odoo_id.mapped(lambda partner: (partner.name, partner.email)),
            [(c["fullname"], c["mail"]) for c in CUSTOMERS.values()],
        )

    def test_importing_again_duplicates_nothing(self):
        self.import_customers()
        self.import_customers()
        self.assertEqual(self.env["shop.customer"].search_count([]), len(CUSTOMERS))
