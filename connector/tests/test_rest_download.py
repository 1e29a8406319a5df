# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import gzip
import socket
from unittest.mock import patch

from odoo.tests import tagged

from ..exception import IDMissingInBackend, InvalidDataError, NetworkRetryableError
from ..http import RestRefusal
from ..http import download as download_module
from ..http.public_servers import is_public
from .rest_common import SECRET, RestCase
from .rest_server import Reply, RestServer

PNG = "image/png"


def redirect(url, status=302):
    return Reply(None, status, {"Location": url})


class DownloadCase(RestCase):
    def setUp(self):
        super().setUp()
        self.other = self.enterContext(RestServer())
        self.authenticate("use_header", "X-Key", SECRET.encode().hex())
        self.session = self.adapter.session
        self.session.use_param("token", "t0ken")
        self.session.use_basic("me", SECRET)
        self.session.cookies.set("session_id", "c00kie")
        self.set(_file_hosts=("127.0.0.1",))

    def download(self, source, **kwargs):
        return self.adapter.read_image(source, **kwargs)

    def assertAnonymous(self, *requests):
        self.assertTrue(requests)
        for request in requests:
            told = f"{request.headers} {request.params} {request.path}"
            for secret in ("t0ken", "c00kie", "Authorization", "X-Key", "Cookie"):
                self.assertNotIn(secret, told)


@tagged("post_install", "-at_install")
class TestDownload(DownloadCase):
    __test__ = True

    def test_sources_are_joined_to_the_address(self):
        self.set(_base_url=lambda adapter: f"{self.server.url}/wp-json/v3")
        for source, path in (
            ("/wp-content/a.png", "/wp-content/a.png"),
            ("a.png", "/wp-json/v3/a.png"),
            ("../b.png", "/wp-json/b.png"),
            (f"{self.server.url}/c.png", "/c.png"),
            (f"//127.0.0.1:{self.server._server.server_port}/d.png", "/d.png"),
            (" /e f/\u00e9t\u00e9.png ", "/e%20f/%C3%A9t%C3%A9.png"),
            ("/g%20h.png", "/g%20h.png"),
        ):
            self.reply(Reply(b"PNG"))
            self.assertEqual(self.download(source), b"PNG")
            self.assertEqual(self.server.requests[-1].path, path, source)

    def test_own_server_gets_the_credentials(self):
        self.reply(Reply(b"PNG"))
        self.download("/a.png")
        (request,) = self.server.requests
        self.assertIn("X-Key", request.headers)
        self.assertEqual(request.params["token"], "t0ken")

    def test_other_server_gets_no_credentials(self):
        for source in (
            f"{self.other.url}/a.png",
            self.other.url.removeprefix("http:") + "/a.png",
        ):
            self.other.replies.append(
                Reply(b"PNG", 200, {"Set-Cookie": "x=y", "Content-Type": PNG})
            )
            self.assertEqual(self.download(source), b"PNG")
        self.assertAnonymous(*self.other.requests)
        self.assertFalse(self.server.requests)

    def test_redirects_are_followed_without_the_credentials(self):
        self.reply(redirect(f"{self.other.url}/a.png"), Reply(b"PNG"))
        self.other.replies.append(redirect(f"{self.server.url}/b.png", 307))
        self.assertEqual(self.download("/a.png"), b"PNG")
        self.assertAnonymous(*self.other.requests)
        self.assertEqual(self.asked(), [("GET", "/a.png"), ("GET", "/b.png")])

    def test_endless_redirects_end(self):
        self.other.reply = lambda request: redirect("/again")
        with self.assertRaisesRegex(InvalidDataError, "more than 5 times"):
            self.download(f"{self.other.url}/a.png")

    def test_only_the_web_is_asked(self):
        self.reply(redirect("file:///etc/passwd"))
        for source in (
            "file:///etc/passwd",
            "ftp://127.0.0.1/a.png",
            "javascript:alert(1)",
            "http://127.0.0.1:port/",
            "http://[::1/a.png",
            "/redirected.png",
        ):
            with self.assertRaisesRegex(InvalidDataError, "address|expected"):
                self.download(source)

    def test_a_text_that_cannot_be_an_address_is_refused(self):
        for source in (None, False, "", "  ", {"src": "a"}, 5):
            with self.assertRaisesRegex(InvalidDataError, "expected the address"):
                self.download(source)

    def test_no_more_is_read_than_is_taken(self):
        for url, server in (
            (self.server.url, self.server),
            (self.other.url, self.other),
        ):
            server.replies += [Reply(b"x" * 11), Reply(b"x" * 10)]
            with self.assertRaisesRegex(InvalidDataError, "11 bytes, at most 10"):
                self.download(f"{url}/a.png", max_bytes=10)
            self.assertEqual(self.download(f"{url}/a.png", max_bytes=10), b"x" * 10)

    def test_size_is_that_of_the_content_unpacked(self):
        packed = gzip.compress(b"x" * 1_000_000)
        self.other.replies.append(Reply(packed, 200, {"Content-Encoding": "gzip"}))
        with self.assertRaisesRegex(InvalidDataError, "more than 10000 bytes"):
            self.download(f"{self.other.url}/a.png", max_bytes=10_000)

    def test_file_that_takes_too_long_is_refused(self):
        self.other.replies.append(Reply(b"PNG"))
        with (
            patch.object(download_module, "MAX_SECONDS", -1),
            self.assertRaisesRegex(InvalidDataError, "not complete after"),
        ):
            self.download(f"{self.other.url}/a.png")

    def test_data_urls(self):
        encoded = base64.b64encode(b"PNG").decode()
        self.assertEqual(self.download(f"data:image/png;base64,{encoded}"), b"PNG")
        self.assertEqual(self.download("DATA:,a%20b"), b"a b")
        for source in ("data:image/png;base64", "data:;base64,a", "data:,12345678901"):
            with self.assertRaises(InvalidDataError):
                self.download(source, max_bytes=10)
        self.assertFalse(self.server.requests)

    def test_own_server_fails_as_for_every_request(self):
        self.reply(Reply(None, 404), Reply(None, 403), Reply(None, 503))
        for error in (IDMissingInBackend, RestRefusal, NetworkRetryableError):
            with self.assertRaises(error):
                self.download("/a.png")

    def test_an_error_of_another_server_waits_for_nobody(self):
        replies = [Reply(None, status) for status in (404, 403, 429, 500)]
        self.other.replies += [*replies, None]
        for _reply in range(5):
            with self.assertRaises(InvalidDataError) as caught:
                self.download(f"{self.other.url}/a.png")
            self.assertNotIn("t0ken", str(caught.exception))
        with RestServer() as stopped:
            url = stopped.url
        with self.assertRaises(InvalidDataError):
            self.download(f"{url}/a.png")

    def test_no_error_shows_the_signature_of_an_address(self):
        query = "v=2&X-Amz-Signature=s1gned&sig=s1gned;access_token=s1gned"
        self.other.replies.append(Reply(None, 403))
        with self.assertRaises(InvalidDataError) as caught:
            self.download(f"{self.other.url}/a.png?{query}")
        self.assertNotIn("s1gned", str(caught.exception))
        self.assertIn("/a.png?v=2&X-Amz-Signature=***", str(caught.exception))

    def test_a_server_that_is_not_on_the_internet_must_be_named(self):
        self.set(_file_hosts=None)
        self.reply(redirect(f"{self.other.url}/b.png"))
        for source in (f"{self.other.url}/a.png", "/redirected.png"):
            with self.assertRaisesRegex(InvalidDataError, "not an address on the int"):
                self.download(source)
        self.assertFalse(self.other.requests)

    def test_the_address_counts_and_not_the_name(self):
        self.set(_file_hosts=None)
        port = self.other._server.server_port
        known = socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)
        with (
            patch.object(socket, "getaddrinfo", return_value=known),
            self.assertRaisesRegex(InvalidDataError, "cdn.example.com is at 127.0.0.1"),
        ):
            # the second part of the path lets the test case send the request
            self.download(f"http://cdn.example.com:{port}//127.0.0.1/a.png")
        self.assertFalse(self.other.requests)

    def test_public_addresses(self):
        for address, expected in (
            ("8.8.8.8", True),
            ("2606:4700:4700::1111", True),
            ("10.0.0.5", False),
            ("169.254.169.254", False),
            ("100.64.0.1", False),
            ("224.0.0.1", False),
            ("0.0.0.0", False),
            ("::1", False),
            ("fe80::1%eth0", False),
            ("fd00::1", False),
            ("::ffff:10.0.0.5", False),
            ("64:ff9b::10.0.0.5", False),
            ("64:ff9b::8.8.8.8", True),
            ("2002:a00:5::", False),
        ):
            with self.subTest(address):
                self.assertEqual(is_public(address), expected)

    def test_servers_may_be_limited(self):
        self.set(_file_hosts=("cdn.example.com",))
        with self.assertRaisesRegex(InvalidDataError, "127.0.0.1 are not allowed"):
            self.download(f"{self.other.url}/a.png")
        self.assertFalse(self.other.requests)
