# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

from odoo.tests import BaseCase, tagged

from ..http.secrets import Redactor, excerpt, readable

MEGABYTE = 1024 * 1024


@tagged("standard", "at_install")
class TestExcerpt(BaseCase):
    def quote(
        self, content, content_type="text/html", redact=None, encoding=None, **kwargs
    ):
        if isinstance(content, str):
            content = content.encode()
        text = readable(content, redact or Redactor(), encoding)
        return excerpt(text, content_type, **kwargs)

    def test_a_page_is_quoted_as_it_is_read(self):
        page = (
            "<html><head><STYLE type=a>p < q {}</Style><script>if (a < b) {}</script>"
            "</head><body>Not <b>found</b>\n here</body></html>"
        )
        self.assertEqual(self.quote(page), "Not found here")

    def test_a_script_without_an_end_hides_the_rest(self):
        self.assertEqual(self.quote("seen<script>a<b</p>hidden"), "seen")

    def test_a_text_without_markup_keeps_its_angles(self):
        self.assertEqual(self.quote("1 < 2 > 0", "text/plain"), "1 < 2 > 0")

    def test_it_is_short(self):
        self.assertEqual(len(self.quote("word " * 1000)), 500)
        self.assertEqual(self.quote("word " * 10, length=4), "word")

    def test_hostile_megabytes_take_no_time(self):
        patterns = (
            "<",
            "<<script",
            "<script>",
            "<script></style>",
            "</script <script ",
            "<p",
            "<!--",
            "<style><",
            "<a b='>'",
            "&lt;",
            " ",
            "\0",
            "é",
        )
        for pattern in patterns:
            with self.subTest(pattern=pattern):
                content = (pattern * MEGABYTE)[:MEGABYTE].encode()
                started = time.process_time()
                self.quote(content)
                # about 0.01 s; minutes if it grew with the square of the length
                self.assertLess(time.process_time() - started, 2)

    def test_a_secret_is_not_quoted_even_where_the_text_is_cut(self):
        redact = Redactor()
        redact.add("top-secret")
        for before in range(64 * 1024 - 12, 64 * 1024 + 2):
            content = b" " * before + b"top-secret" + b" " * 100
            self.assertNotIn("top", self.quote(content, redact=redact), before)

    def test_an_unknown_encoding_is_read_as_utf_8(self):
        for encoding in ("klingon", "idna", "undefined", "hex", "a\0b", "x" * 1000):
            self.assertEqual(self.quote("né", encoding=encoding), "né")
        self.assertEqual(self.quote("né".encode("latin-1"), encoding="latin-1"), "né")
