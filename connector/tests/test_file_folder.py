# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import http.server
import io
import os
import tempfile
import threading
from functools import partial
from pathlib import Path
from unittest.mock import patch

from odoo.tests.common import BaseCase

from ..files import (
    BrokenFile,
    ChangedFile,
    ConnectionLost,
    FileError,
    FileExists,
    Folder,
    LoginRefused,
    MissingFile,
    MissingLibrary,
)
from .sftp_server import PASSWORD, SftpServer


class FolderCase(BaseCase):
    def setUp(self):
        super().setUp()
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.inbox = self.root / "in"
        self.inbox.mkdir()
        self.folder = self.enterContext(self.open_folder())

    def open_folder(self, **options):
        return Folder(str(self.inbox), **options)

    def put(self, name, content="x"):
        (self.inbox / name).write_text(content)

    def found(self, *args):
        return [info.name for info in self.folder.find(*args)]

    def fetched(self, info):
        with tempfile.TemporaryFile() as target:
            self.folder.fetch(info, target)
            return target.read()


class _Operations:
    """Tests of every folder that can be written."""

    def test_only_finished_files_are_found(self):
        for name in ("b.csv", "a.csv.part", "c.CSV.filepart", ".hidden.csv", "d.txt"):
            self.put(name)
        (self.inbox / "dir.csv").mkdir()
        self.assertEqual(self.found("*.csv"), ["b.csv"])
        self.assertEqual(self.found("*.csv", ".ready"), [])
        self.put("b.csv.ready")
        self.assertEqual(self.found("*.csv*", ".ready"), ["b.csv"])

    def test_links_are_not_followed(self):
        secret = self.root / "secret"
        secret.write_text("secret")
        os.symlink(secret, self.inbox / "a.csv")
        self.assertEqual(self.found("*"), [])

    def test_fetch(self):
        content = "é" * 3_000_000
        self.put("a.csv", content)
        (info,) = self.folder.find()
        self.assertEqual(self.fetched(info).decode(), content)
        self.put("a.csv", "other")
        with self.assertRaisesRegex(ChangedFile, "a.csv changed while it was read"):
            self.fetched(info)
        info = self.folder.look(self.folder.path("a.csv"))
        with self.assertRaisesRegex(BrokenFile, "more than 3 bytes"):
            self.folder.fetch(info, tempfile.TemporaryFile(), max_bytes=3)

    def test_move_can_be_repeated_and_replaces_nothing(self):
        self.put("a.csv", "1")
        for _again in range(2):
            self.folder.move(self.folder.path("a.csv"), "done", "a.csv")
        self.assertEqual((self.inbox / "done/a.csv").read_text(), "1")
        self.put("a.csv", "2")
        with self.assertRaises(FileExists):
            self.folder.move(self.folder.path("a.csv"), "done", "a.csv")
        self.assertEqual((self.inbox / "done/a.csv").read_text(), "1")
        with self.assertRaisesRegex(MissingFile, "b.csv"):
            self.folder.move(self.folder.path("b.csv"), "done", "b.csv")

    def test_write_publishes_a_whole_file_and_replaces_none(self):
        seen = []

        def blocks():
            yield b"1"
            seen.extend(self.found())
            yield b"2"

        self.folder.write("a.csv", blocks())
        self.assertEqual(seen, [])
        self.assertEqual((self.inbox / "a.csv").read_text(), "12")
        with self.assertRaises(FileExists):
            self.folder.write("a.csv", [b"3"])
        self.assertEqual((self.inbox / "a.csv").read_text(), "12")
        self.assertEqual(os.listdir(self.inbox), ["a.csv"])

    def test_writer_that_fails_leaves_nothing(self):
        def blocks():
            yield b"1"
            raise ZeroDivisionError

        with self.assertRaises(FileError):
            self.folder.write("a.csv", blocks())
        self.assertEqual(os.listdir(self.inbox), [])

    def test_hidden_files_of_killed_writers_are_deleted(self):
        for name, age in (
            (".connector-1-a.csv.tmp", 31 * 86_400),
            (".connector-2-a.tmp", 9),
        ):
            self.put(name)
            at = (self.inbox / name).stat().st_mtime - age
            os.utime(self.inbox / name, (at, at))
        self.assertEqual(self.folder.remove_stale(), 1)
        self.assertEqual(os.listdir(self.inbox), [".connector-2-a.tmp"])

    def test_names_stay_in_the_folder(self):
        for name in ("../a", "a/b", "..", "", "a\0b", "a\\b"):
            with self.assertRaisesRegex(FileError, "cannot be the name of a file"):
                self.folder.write(name, [b""])

    def test_missing_folder(self):
        self.inbox.rmdir()
        with self.assertRaises(MissingFile):
            self.folder.find()
        self.assertIsNone(self.folder.look(self.folder.path("a.csv")))


class TestLocalFolder(_Operations, FolderCase):
    def test_a_link_that_replaces_a_found_file_is_not_read(self):
        secret = self.root / "secret"
        secret.write_text("secret")
        self.put("a.csv")
        (info,) = self.folder.find()
        (self.inbox / "a.csv").unlink()
        os.symlink(secret, self.inbox / "a.csv")
        self.assertIsNone(self.folder.look(info.path))
        with self.assertRaises(ChangedFile):
            self.fetched(info)

    def test_addresses(self):
        for url in ("ftp://x/y", "github://a", "zip://x::file:///y", "simplecache::/a"):
            with self.assertRaisesRegex(FileError, "must begin with file, sftp, s3"):
                Folder(url).find()
        self.put("a.csv")
        with Folder(f"file://{self.inbox}") as folder:
            self.assertEqual([info.name for info in folder.find()], ["a.csv"])

    def test_missing_library_says_what_to_install(self):
        with patch.dict("sys.modules", {"s3fs": None}):
            with self.assertRaisesRegex(MissingLibrary, "pip install fsspec s3fs"):
                Folder("s3://bucket/in").find()


class SftpCase(FolderCase):
    def setUp(self):
        super().setUp()
        self.folder.path("x")

    def open_folder(self, **options):
        self.server = self.enterContext(SftpServer(self.root))
        return self.sftp()

    def sftp(self, **options):
        known = {"password": PASSWORD, "host_key": self.server.host_key, **options}
        return Folder(
            self.server.url(), known, lambda text: str(text).replace(PASSWORD, "***")
        )


class TestSftpFolder(_Operations, SftpCase):
    def test_dropped_session_is_opened_again(self):
        self.put("a.csv", "1")
        (info,) = self.folder.find()
        self.server.drop_sessions()
        self.assertEqual(self.fetched(info), b"1")
        self.server.drop_sessions()
        self.folder.move(self.folder.path("a.csv"), "done", "a.csv")
        self.server.drop_sessions()
        self.folder.write("b.csv", [b"2"])
        self.assertEqual(sorted(os.listdir(self.inbox)), ["b.csv", "done"])
        self.assertEqual(self.server.logins, 4)

    def test_a_file_of_many_blocks_is_read_whole(self):
        content = os.urandom(5 * 1024 * 1024 + 7)
        (self.inbox / "a.bin").write_bytes(content)
        (info,) = self.folder.find()
        self.assertEqual(self.fetched(info), content)

    def test_a_reading_that_ends_early_leaves_no_thread(self):
        (self.inbox / "a.bin").write_bytes(os.urandom(5 * 1024 * 1024))
        (info,) = self.folder.find()
        with self.assertRaises(BrokenFile):
            self.folder.fetch(info, io.BytesIO(), max_bytes=1)
        self.server.drop_sessions()
        for thread in threading.enumerate():
            if "prefetch" in thread.name:
                thread.join(60)
                self.assertFalse(thread.is_alive(), thread)

    def test_server_that_is_down_is_lost_without_a_second_try(self):
        self.server.__exit__()
        with self.sftp() as folder, self.assertRaises(ConnectionLost):
            folder.find()

    def test_unknown_host_key_is_refused_with_its_fingerprint(self):
        from ..files.sftp import fingerprint  # noqa: PLC0415

        other = SftpServer(self.root)
        self.addCleanup(other._socket.close)
        for host_key in ("", other.host_key):
            folder = self.enterContext(self.sftp(host_key=host_key))
            with self.assertRaisesRegex(LoginRefused, "unknown host key") as caught:
                folder.find()
            self.assertIn(fingerprint(self.server.key), str(caught.exception))
        with self.assertRaisesRegex(FileError, "must be the public key"):
            self.enterContext(self.sftp(host_key="SHA256:abc")).find()

    def test_wrong_password_is_refused_and_not_shown(self):
        with self.sftp(password="wrong") as folder:
            with self.assertRaises(LoginRefused):
                folder.find()
        url = self.server.url().replace("@", ":s3cr3t@")
        with Folder(url, {"host_key": self.server.host_key}) as folder:
            with self.assertRaises(LoginRefused) as caught:
                folder.find()
        self.assertNotIn("s3cr3t", str(caught.exception))
        self.assertIsNone(caught.exception.__cause__)


class TestHttpFolder(FolderCase):
    def open_folder(self, **options):
        handler = partial(_Quiet, directory=str(self.root))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        # shutdown() waits until the next poll
        poll = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        poll.start()
        return Folder(f"http://127.0.0.1:{server.server_port}/in/")

    def test_files_of_a_page_are_read(self):
        self.put("a b.csv", "id\n1\n")
        self.put("c.csv.part")
        (info,) = self.folder.find("*.csv")
        self.assertEqual((info.name, info.size), ("a b.csv", 5))
        self.assertTrue(info.tag)
        self.assertEqual(self.fetched(info), b"id\n1\n")
        self.assertTrue(self.folder.is_read_only)

    def test_a_change_of_the_same_size_is_noticed_without_a_date(self):
        with patch.object(_Quiet, "hidden_headers", ("Last-Modified",)):
            self.put("a.csv", "id\n1\n")
            (info,) = self.folder.find()
            self.assertEqual(self.folder.find(), [info])
            self.assertEqual(self.fetched(info), b"id\n1\n")
            self.put("a.csv", "id\n2\n")
            (changed,) = self.folder.find()
            self.assertNotEqual(changed.version, info.version)
            with self.assertRaises(ChangedFile):
                self.fetched(info)

    def test_missing_page(self):
        with Folder(self.folder.url + "none/") as folder:
            with self.assertRaises(MissingFile):
                folder.find()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    hidden_headers = ()

    def send_header(self, keyword, value):
        if keyword not in self.hidden_headers:
            super().send_header(keyword, value)

    def log_message(self, *args):
        pass
