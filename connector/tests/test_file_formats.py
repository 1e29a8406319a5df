# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import io
import itertools
import tracemalloc

import pytest

from odoo.tests.common import BaseCase

from ..files import CSV, XML, BrokenFile, JSONLines


class FormatCase(BaseCase):
    def rows(self, file_format, content, encoding="utf-8"):
        content = content if isinstance(content, bytes) else content.encode(encoding)
        return list(file_format.rows(io.BytesIO(content), "in.txt"))

    def values(self, *args, **kwargs):
        return [row.values for row in self.rows(*args, **kwargs)]

    def assert_broken(self, message, *args, **kwargs):
        with self.assertRaisesRegex(BrokenFile, message):
            self.rows(*args, **kwargs)


class TestCSV(FormatCase):
    def test_rows_have_the_names_of_the_header(self):
        self.assertEqual(
            self.values(CSV(delimiter=";"), "\ufeffid;name\r\n1;A\r\n\r\n2;\r\n"),
            [{"id": "1", "name": "A"}, {"id": "2", "name": ""}],
        )

    def test_quoted_line_ends_do_not_shift_the_line_numbers(self):
        rows = self.rows(CSV(), 'id,text\n1,"a\nb ""c"""\n2,x,y\n3,z')
        self.assertEqual([row.line for row in rows], [2, 4, 5])
        self.assertEqual(rows[0].values, {"id": "1", "text": 'a\nb "c"'})
        self.assertIn("it has 3 columns, the header has 2: id, text", rows[1].error)
        self.assertEqual(rows[2].values, {"id": "3", "text": "z"})

    def test_nul_byte_fails_its_row(self):
        good, bad = self.rows(CSV(), "id,name\n1,A\n2,B\0\n")
        self.assertIsNone(good.error)
        self.assertEqual((bad.line, bad.values), (3, None))
        self.assertIn("the column name contains a NUL byte", bad.error)

    def test_other_encoding_names_the_line(self):
        filler = "x,y\n" * 40_000
        content = f"id,name\n{filler}3,Müller\n".encode("cp1252")
        self.assert_broken("in.txt, line 40002: the bytes fc are not", CSV(), content)
        self.assertEqual(
            self.values(CSV(encoding="cp1252"), content)[-1]["name"], "Müller"
        )

    def test_unknown_encoding_is_refused_when_it_is_declared(self):
        with self.assertRaisesRegex(ValueError, "encoding='utf-99'"):
            CSV(encoding="utf-99")
        with self.assertRaisesRegex(ValueError, "delimiter='ab'"):
            CSV(delimiter="ab")

    def test_utf_16(self):
        content = "id,name\n1,é\n".encode("utf-16")
        self.assertEqual(
            self.values(CSV(encoding="utf-16"), content), [{"id": "1", "name": "é"}]
        )
        self.assert_broken("in.txt, line 2", CSV(encoding="utf-16"), content[:-1])

    def test_quote_without_end_names_the_line_where_it_begins(self):
        self.assert_broken(
            "in.txt, line 3: .* Is a quote", CSV(), 'id,name\n1,A\n2,"B\n3,C\n'
        )

    def test_doubled_columns_and_an_empty_file(self):
        self.assert_broken("two columns are named 'id'", CSV(), "id,id\n1,2\n")
        self.assert_broken("the file is empty", CSV(), "")
        self.assertEqual(self.values(CSV(), "id,name\n"), [])
        self.assertEqual(self.values(CSV(columns=["a"]), "1\n"), [{"a": "1"}])

    def test_line_without_end_is_not_read_into_the_memory(self):
        endless = io.BytesIO(b"a" * (6 * 1024 * 1024))
        with self.assertRaisesRegex(BrokenFile, "line 1: the line has more than"):
            list(CSV().rows(endless, "in.txt"))
        self.assertLess(endless.tell(), 5 * 1024 * 1024)

    def test_written_files_are_read_again(self):
        records = [{"id": "1", "name": 'a;"b"\nc'}, {"id": "2", "name": "é"}]
        for file_format in (CSV(delimiter=";"), JSONLines(), CSV(encoding="utf-16")):
            content = b"".join(file_format.write(records))
            self.assertEqual(self.values(file_format, content), records)
        with self.assertRaisesRegex(ValueError, "price is not a column"):
            list(CSV().write([{"id": 1}, {"id": 2, "price": 3}]))


class TestJSONLines(FormatCase):
    def test_bad_lines_fail_alone(self):
        rows = self.rows(JSONLines(), '{"id": 1}\n\n[1]\n{"id"\n{"id": NaN}\n{"id": 5}')
        self.assertEqual([row.line for row in rows], [1, 3, 4, 5, 6])
        self.assertEqual(
            [row.values for row in rows if row.values], [{"id": 1}, {"id": 5}]
        )
        self.assertIn("must be a JSON object, found: list", rows[1].error)
        self.assertIn("is not JSON", rows[2].error)
        self.assertIn("NaN is not a JSON value", rows[3].error)

    def test_deep_nesting_fails_its_line(self):
        deep, good = self.rows(JSONLines(), "[" * 100_000 + '\n{"id": 1}\n')
        self.assertIn("is not JSON", deep.error)
        self.assertEqual(good.values, {"id": 1})


class TestXML(FormatCase):
    def test_elements_of_any_namespace(self):
        content = (
            '<o:orders xmlns:o="urn:o"><head><no>9</no></head>\n'
            '<o:order id="7"><o:no>1</o:no><o:line>a</o:line><o:line>b</o:line>'
            "<o:to><o:city> Oslo </o:city></o:to><o:empty/></o:order>\n"
            "<o:order><o:no>2</o:no><o:line>c</o:line></o:order></o:orders>"
        )
        first, second = self.rows(XML("order", lists=["line"]), content)
        self.assertEqual(
            first.values,
            {
                "@id": "7",
                "no": "1",
                "line": ["a", "b"],
                "to": {"city": "Oslo"},
                "empty": "",
            },
        )
        self.assertEqual((first.line, second.line), (2, 3))
        self.assertEqual(second.values, {"no": "2", "line": ["c"]})

    def test_element_inside_one_of_the_same_name_belongs_to_it(self):
        (row,) = self.rows(XML("p"), "<a><p><id>1</id><p><id>2</id></p></p></a>")
        self.assertEqual(row.values, {"id": "1", "p": {"id": "2"}})

    def test_malformed_or_other_files_say_where(self):
        self.assert_broken("line 2: the XML is not well", XML("a"), "<b>\n<a></b>")
        self.assert_broken("no element 'a'; found: c", XML("a"), "<b><c/></b>")
        self.assert_broken("in.txt, line", XML("a"), "")
        self.assertEqual(self.rows(XML("a"), "<b/>"), [])

    def test_doctypes_are_refused(self):
        laughs = "".join(
            f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10)
        )
        for declared, used in (
            (laughs, "&l9;"),
            ('<!ENTITY f SYSTEM "file:///etc/passwd">', "&f;"),
            ('<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;', ""),
        ):
            content = f"<!DOCTYPE b [{declared}]><b><a><id>{used}</id></a></b>"
            self.assert_broken("document type declaration", XML("a"), content)
        content = f'<!DOCTYPE b [{laughs}]><b x="&l9;"><a/></b>'
        self.assert_broken("in.txt", XML("a"), content)

    def test_written_files_are_read_again(self):
        records = [{"no": "1 < 2", "line": ["a", "b"]}, {"no": "3", "line": ["c"]}]
        file_format = XML("order", lists=["line"])
        content = b"".join(file_format.write(records))
        self.assertEqual(self.values(file_format, content), records)


class _Generated(io.RawIOBase):
    """A stream whose content is made while it is read."""

    def __init__(self, parts):
        self._parts = iter(parts)

    def read(self, size=-1):
        return b"".join(itertools.islice(self._parts, 200))


def peak_of(file_format, parts):
    tracemalloc.start()
    try:
        count = sum(1 for _row in file_format.rows(_Generated(parts), "big"))
        return count, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def parts_of(kind, count):
    if kind == "csv":
        yield b"id,name,price\n"
        yield from (b"%d,Product with a name,12.50\n" % n for n in range(count))
    elif kind == "json":
        yield from (b'{"id": %d, "name": "Product"}\n' % n for n in range(count))
    else:
        yield b"<all>"
        yield from (b"<p><id>%d</id><name>Product</name></p>" % n for n in range(count))
        yield b"</all>"


@pytest.mark.long
class TestMemory(BaseCase):
    """100,000 records are read in the memory of a few."""

    def test_memory_does_not_grow_with_the_file(self):
        formats = {"csv": CSV(), "json": JSONLines(), "xml": XML("p")}
        for kind, file_format in formats.items():
            with self.subTest(kind):
                count, peak = peak_of(file_format, parts_of(kind, 100_000))
                print(f"{kind}: {count} records, peak {peak / 1024:.0f} KiB")
                self.assertEqual(count, 100_000)
                self.assertLess(peak, 2 * 1024 * 1024)
