# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import tempfile
from pathlib import Path

import requests

from odoo.tests.common import TransactionCase

from ..exception import NetworkRetryableError
from ..testing import FakeSystem
from .json_service import JsonService


class TestJsonService(TransactionCase):
    def setUp(self):
        super().setUp()
        self.system = FakeSystem()
        self.system.put(
            "shop.partner",
            {"id": 1, "name": "Ada", "updated_at": "2026-01-01T00:00:00"},
            {"id": 2, "name": "Alan", "updated_at": "2026-03-01T00:00:00"},
        )
        service = JsonService(self.system, {"partners": "shop.partner"})
        self.service = self.enterContext(service)

    def ask(self, method, path, **kwargs):
        return requests.request(
            method, f"{self.service.url}{path}", timeout=10, **kwargs
        )

    def test_records_come_in_pages(self):
        pages = [
            self.ask("GET", "/partners", params={"page": page, "per_page": 1}).json()
            for page in (1, 2, 3)
        ]
        names = [[record["name"] for record in page] for page in pages]
        self.assertEqual(names, [["Ada"], ["Alan"], []])

    def test_older_records_are_left_out(self):
        params = {"modified_after": "2026-02-01T00:00:00"}
        (record,) = self.ask("GET", "/partners", params=params).json()
        self.assertEqual(record["name"], "Alan")

    def test_a_record_is_created_written_and_deleted(self):
        created = self.ask("POST", "/partners", json={"name": "Grace"})
        self.assertEqual(created.status_code, 201)
        path = f"/partners/{created.json()['id']}"
        written = self.ask("PATCH", path, json={"name": "Grace Hopper"}).json()
        self.assertEqual(written, self.ask("GET", path).json())
        self.assertEqual(written["name"], "Grace Hopper")
        self.assertGreater(written["updated_at"], "2026-01-01T00:00:00")
        self.assertEqual(self.ask("DELETE", path).status_code, 204)
        self.assertEqual(self.ask("GET", path).status_code, 404)

    def test_an_unknown_path_and_method_are_refused(self):
        unknown = self.ask("GET", "/customers")
        self.assertEqual(unknown.status_code, 404)
        self.assertIn("only /partners", unknown.json()["error"])
        self.assertEqual(self.ask("POST", "/partners/1", json={}).status_code, 405)

    def test_answers_are_wrapped_where_a_path_is_named(self):
        self.service.records_paths["shop.partner"] = "data.items"
        self.service.record_paths["shop.partner"] = "item"
        page = self.ask("GET", "/partners").json()
        self.assertEqual(len(page["data"]["items"]), 2)
        self.assertEqual(self.ask("GET", "/partners/1").json()["item"]["name"], "Ada")
        created = self.ask("POST", "/partners", json={"name": "Grace"}).json()
        self.assertEqual(created["item"]["name"], "Grace")

    def test_a_failure_lasts_for_one_request(self):
        self.system.fail_next("read", NetworkRetryableError("down"))
        statuses = [self.ask("GET", "/partners/1").status_code for _ in range(2)]
        self.assertEqual(statuses, [503, 200])

    def test_a_file_of_records_is_served(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as records:
            json.dump({"tags": [{"id": 7, "name": "Blue"}]}, records)
            records.flush()
            service = self.enterContext(JsonService.load(Path(records.name)))
        answer = requests.get(f"{service.url}/tags/7", timeout=10)
        self.assertEqual(answer.json(), {"id": 7, "name": "Blue"})
