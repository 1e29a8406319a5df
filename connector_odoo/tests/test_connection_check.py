# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import socket
import ssl
import subprocess
import tempfile
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..connection_check import _check_model
from ..remote import RemoteOdoo
from .common import OdooConnectorCase


class Website(BaseHTTPRequestHandler):
    """Serve a website that is not an Odoo server."""

    status = 200
    content_type = "text/html"
    body = b"<html><h1>Welcome to our shop</h1></html>"

    def do_GET(self):
        # Bytes that are not read reset the connection when the server closes it.
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = self.body
        self.send_response(self.status)
        self.send_header("Content-Type", self.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *args):
        """Keep the test's output clean."""


@contextmanager
def website(wrap=lambda server_socket: server_socket):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Website)
    server.socket = wrap(server.socket)
    # shutdown() waits until the next poll
    poll = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    poll.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def with_own_certificate(server_socket):
    """Speak TLS with a certificate that nobody has a reason to trust."""
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = Path(folder, "key.pem"), Path(folder, "certificate.pem")
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
                *("-subj", "/CN=localhost", "-days", "1"),
                *("-keyout", str(key), "-out", str(certificate)),
            ],
            check=True,
            capture_output=True,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    return context.wrap_socket(server_socket, server_side=True)


@tagged("post_install", "-at_install")
class TestConnectionCheck(OdooConnectorCase):
    def setUp(self):
        super().setUp()
        self.backend.state = "draft"

    def _complaint(self, **values):
        """Return the message of the button for a backend with other values."""
        # together with an address, as another server is not sent the key otherwise
        self.backend.write({"api_key": self.backend.sudo().secret, **values})
        self.env.flush_all()
        with mute_logger("odoo.http"), self.assertRaises(UserError) as caught:
            self.backend.button_check_connection()
        self.assertEqual(self.backend.state, "draft")
        self.assertNotIn(self.backend.sudo().secret, str(caught.exception))
        return str(caught.exception)

    def test_a_name_that_no_server_has(self):
        complaint = self._complaint(url="https://erp.invalid")
        self.assertIn("No server has the name in https://erp.invalid", complaint)

    def test_a_port_where_nothing_answers(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        complaint = self._complaint(url=f"http://127.0.0.1:{port}")
        self.assertIn("Nothing answers at", complaint)

    def test_a_website_that_is_not_an_odoo_server(self):
        with website() as port:
            complaint = self._complaint(url=f"http://127.0.0.1:{port}")
        self.assertIn("is not an Odoo server", complaint)

    def test_the_answer_of_another_service_is_not_shown(self):
        secret = "k3y-of-another-service"
        for content_type, body in (
            ("text/html", f"<title>Intranet</title><p>{secret}</p>"),
            ("text/plain", secret),
            ("application/json", f'{{"key": "{secret}"}}'),
            ("application/json", f'{{"result": "{secret}"}}'),
            ("application/json", f'[{{"name": "{secret}"}}]'),
        ):
            for status in (200, 401, 403, 404, 500, 503):
                with self.subTest((content_type, body, status)):
                    self.patch(Website, "content_type", content_type)
                    self.patch(Website, "body", body.encode())
                    self.patch(Website, "status", status)
                    with website() as port:
                        complaint = self._complaint(url=f"http://127.0.0.1:{port}")
                    self.assertNotIn(secret, complaint)
                    self.assertLess(len(complaint), 400)

    def test_a_service_is_named_by_the_title_of_its_page(self):
        self.patch(Website, "body", b"<title>Welcome to our shop</title>")
        with website() as port:
            complaint = self._complaint(url=f"http://127.0.0.1:{port}")
        self.assertIn('titled "Welcome to our shop"', complaint)

    def test_https_where_the_server_speaks_http(self):
        with website() as port:
            complaint = self._complaint(url=f"https://127.0.0.1:{port}")
        self.assertIn("no secure connection", complaint)

    def test_a_certificate_that_cannot_be_trusted(self):
        with website(with_own_certificate) as port:
            complaint = self._complaint(url=f"https://localhost:{port}")
        self.assertIn("no secure connection", complaint)
        self.assertIn("CERTIFICATE_VERIFY_FAILED", complaint)

    def test_a_database_that_does_not_exist(self):
        for secret in (self.backend.sudo().secret, "a password"):
            with self.subTest(secret[:3]):
                complaint = self._complaint(database="nowhere", api_key=secret)
                self.assertIn("has no database nowhere", complaint)

    def test_a_wrong_key_and_a_wrong_password(self):
        for secret in ("0123456789" * 4, "not my password"):
            with self.subTest(secret):
                complaint = self._complaint(api_key=secret)
                self.assertIn(f"refuses the login {self.admin.login}", complaint)

    def test_the_key_of_somebody_else(self):
        complaint = self._complaint(login="ada")
        self.assertIn(f"({self.admin.login}), not of ada", complaint)

    def _connect_as(self, groups):
        """Let the backend log in as a user of these groups."""
        user = new_test_user(self.env, "sync", groups=groups)
        key = self._make_api_key(user)
        return {"login": "sync", "api_key": key, "sync_partners": "both"}

    def test_a_user_who_may_not_write_what_is_exported(self):
        complaint = self._complaint(**self._connect_as("base.group_user"))
        self.assertIn("sync may not create, write Contact (res.partner)", complaint)
        self.assertIn("Partner Tags (res.partner.category)", complaint)

    def test_a_user_who_may_not_read_what_is_imported(self):
        self.env["ir.model.access"].search(
            [("model_id.model", "=", "res.partner.category"), ("perm_read", "=", True)]
        ).perm_read = False
        values = {**self._connect_as("base.group_user"), "sync_partners": "import"}
        complaint = self._complaint(**values)
        self.assertIn(
            "sync may not read Partner Tags (res.partner.category)", complaint
        )

    def test_a_user_with_the_rights_passes(self):
        self.backend.write(
            self._connect_as("base.group_user,base.group_partner_manager")
        )
        message = self.backend.button_check_connection()["params"]["message"]
        self.assertIn("sync", message)
        self.assertEqual(self.backend.state, "checked")

    def test_a_module_that_is_not_installed_remotely(self):
        with closing(RemoteOdoo(self.backend)) as remote:
            ask = remote._client.execute
            self.patch(
                remote._client,
                "execute",
                lambda model, *args, **kwargs: ask(f"missing.{model}", *args, **kwargs),
            )
            (problem,) = _check_model(
                self.backend, remote, "odoo.product.template", ["read"]
            )
        self.assertIn("(product.template) does not exist in the other Odoo", problem)
        self.assertIn("install the module product", problem)
