# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

from odoo.tests.common import BaseCase

from ..exception import InvalidDataError
from ..servers import explain_service, identify_service, shorten

SECRET = "k3y-of-another-service"


class TestServiceIdentity(BaseCase):
    def test_a_page_is_named_by_its_title(self):
        body = f"<html><TITLE class='a'>Caf\u00e9 &amp;\n bar</TITLE>{SECRET}</html>"
        self.assertEqual(
            identify_service(404, "text/html; charset=utf-8", body),
            'HTTP status 404, text/html; charset=utf-8, titled "Caf\u00e9 & bar"',
        )

    def test_nothing_else_of_an_answer_is_shown(self):
        for content_type, body in (
            ("application/json", f'{{"key": "{SECRET}"}}'),
            ("text/plain", SECRET),
            ("application/octet-stream", f"<title>{SECRET}</title>"),
            ("text/html", f"<p>{SECRET}</p>"),
        ):
            with self.subTest(content_type):
                told = identify_service(200, content_type, body)
                self.assertEqual(told, f"HTTP status 200, {content_type}")

    def test_the_shown_text_is_short_and_printable(self):
        told = identify_service(
            200, "text/html" + "x" * 999, f"<title>\x1b[31m{'long ' * 999}</title>"
        )
        self.assertLess(len(told), 200)
        self.assertTrue(told.isprintable())

    def test_a_long_page_takes_no_time(self):
        start = time.process_time()
        for body in ("<" * 1_000_000, "<title" * 200_000, "<title>" * 200_000):
            identify_service(200, "text/html", body)
            shorten(body, 80)
        self.assertLess(time.process_time() - start, 0.5)

    def test_an_error_without_an_answer_tells_its_reason(self):
        error = InvalidDataError("/nowhere does not exist")
        self.assertEqual(explain_service(error), "/nowhere does not exist")
        error.answered_by = "HTTP status 200, text/html"
        self.assertEqual(explain_service(error), "HTTP status 200, text/html")
