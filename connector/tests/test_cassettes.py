# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Answers of a backend are recorded without its secrets, and replayed without it."""

import gzip
import json
import os
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from ..exception import IDMissingInBackend
from . import cassettes, common
from .cassettes import CassetteError, Masking, cassette_path, use_cassette
from .rest_common import SECRET, Reply, RestCase
from .rest_server import RestServer


@tagged("post_install", "-at_install")
class TestCassettes(RestCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.path = Path(folder) / "cassettes" / "partners.yaml"
        self.authenticate("use_bearer", SECRET)

    def use(self, ignore=(), recording=False, secrets=(SECRET,)):
        variable = {cassettes.RECORD_VARIABLE: "1" if recording else ""}
        self.enterContext(patch.dict(os.environ, variable))
        return use_cassette(self.path, Masking(secrets), ignore)

    def record(self, *replies, ask=None):
        self.reply(*replies)
        with self.use(recording=True):
            return (ask or self.ask)()

    def ask(self):
        return [self.adapter.read(number)["name"] for number in (1, 2)]

    def replay(self, ask=None, **kwargs):
        """Replay while no server answers at the address."""
        del self.server.requests[:]
        with self.use(**kwargs):
            answer = (ask or self.ask)()
        self.assertEqual(self.server.requests, [])
        return answer

    def test_recorded_answers_are_replayed_without_a_request(self):
        recorded = self.record({"name": "Ada"}, {"name": "Alan"})
        self.assertEqual(recorded, ["Ada", "Alan"])
        self.assertEqual(self.replay(), recorded)

    def test_the_same_request_is_answered_in_the_order_of_the_recording(self):
        def ask():
            return [self.adapter.read(1)["name"] for _ in range(2)]

        self.record({"name": "Ada"}, {"name": "Ada Lovelace"}, ask=ask)
        self.assertEqual(self.replay(ask), ["Ada", "Ada Lovelace"])

    def test_another_server_address_replays_the_same_file(self):
        recorded = self.record({"name": "Ada"}, {"name": "Alan"})
        other = self.enterContext(RestServer())
        self.set(_base_url=lambda adapter: other.url.replace("127.0.0.1", "localhost"))
        self.assertEqual(self.replay(), recorded)

    def test_a_request_that_was_not_recorded_is_named(self):
        self.record({"name": "Ada"}, {"name": "Alan"})
        with self.assertRaisesRegex(
            CassetteError,
            "no answer, or no further one, for: GET /partners/3.*\n.*GET /partners/1",
        ) as caught:
            self.replay(lambda: self.adapter.read(3))
        self.assertIn("CONNECTOR_RECORD=1", str(caught.exception))

    def test_a_miss_that_the_connector_handles_fails_the_test_too(self):
        def ask():
            try:
                self.adapter.read(3)
            except Exception:
                return None

        self.record({"name": "Ada"}, {"name": "Alan"})
        with self.assertRaisesRegex(CassetteError, "GET /partners/3"):
            self.replay(ask)

    def test_a_missing_file_says_how_to_record_it(self):
        with self.assertRaisesRegex(CassetteError, "no cassette .*partners.yaml.*=1"):
            self.replay()

    def test_no_secret_is_in_the_file(self):
        answer = {"name": "Ada", "key": SECRET, "access_token": "eyJhbGciOi"}
        headers = {"Set-Cookie": "session=abc", "X-Next": f"/?key={SECRET}"}

        def ask():
            self.adapter.call("POST", "/login", json={"password": 'open "sesame'})
            self.adapter.call("POST", "/token", data={"client_secret": "pssst"})
            return self.adapter.call("GET", "/partners", params={"key": SECRET})

        replies = [Reply({}), Reply({}), Reply(answer, headers=headers)]
        self.assertEqual(self.record(*replies, ask=ask), answer)
        text = self.path.read_text()
        for secret in (
            SECRET,
            "s3cr3t",
            "eyJ",
            "session=",
            "sesame",
            "pssst",
            "Bearer",
        ):
            self.assertNotIn(secret, text)
        self.assertEqual(self.replay(ask)["name"], "Ada")

    def test_a_secret_that_cannot_be_masked_is_not_written(self):
        binary = b"\xff" + SECRET.encode()
        with self.assertRaisesRegex(CassetteError, "1 secrets of the backend are left"):
            self.record(
                Reply(binary), ask=lambda: self.adapter.session.call("GET", "/file")
            )
        self.assertFalse(self.path.exists())
        self.assertEqual(list(self.path.parent.iterdir()), [])

    def test_a_failed_recording_keeps_the_old_file(self):
        self.record({"name": "Ada"}, {"name": "Alan"})
        before = self.path.read_text()
        with self.assertRaises(IDMissingInBackend):
            self.record(Reply({}, 404))
        self.assertEqual(self.path.read_text(), before)

    def test_a_compressed_answer_is_readable_in_the_file(self):
        body = gzip.compress(json.dumps({"name": "Ada"}).encode())
        reply = Reply(body, headers={"Content-Encoding": "gzip"})
        self.record(reply, reply, ask=self.ask)
        self.assertIn("Ada", self.path.read_text())
        self.assertEqual(self.replay(), ["Ada", "Ada"])

    def test_the_body_of_a_request_counts_and_ignored_keys_do_not(self):
        def ask(name, at):
            return lambda: self.adapter.call(
                "POST", "/partners", json={"name": name, "at": at}, params={"at": at}
            )

        self.record({"id": 1}, ask=ask("Ada", 1))
        with self.assertRaisesRegex(CassetteError, "POST /partners"):
            self.replay(ask("Alan", 1))
        with self.assertRaisesRegex(CassetteError, "POST /partners"):
            self.replay(ask("Ada", 2))
        self.assertEqual(self.replay(ask("Ada", 2), ignore=["at"]), {"id": 1})

    def test_nothing_is_recorded_without_a_request(self):
        with self.assertRaisesRegex(CassetteError, "no request was sent"):
            self.record(ask=list)

    def test_the_test_case_masks_the_secrets_of_its_backend(self):
        with (
            patch.dict(os.environ, {cassettes.RECORD_VARIABLE: "1"}),
            patch.object(common, "find_secrets", lambda backend: [SECRET]),
            patch.object(common, "cassette_path", lambda case, name: self.path),
        ):
            self.reply({"name": SECRET})
            with self.cassette("partners"):
                self.adapter.read(1)
        self.assertNotIn(SECRET, self.path.read_text())

    def test_the_file_is_beside_the_test(self):
        path = cassette_path(self, "partners")
        self.assertEqual(path, Path(__file__).parent / "cassettes" / "partners.yaml")
