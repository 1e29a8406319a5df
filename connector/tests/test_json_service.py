# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import tempfile
import time
from pathlib import Path

import requests
from freezegun import freeze_time

from odoo.tests.common import TransactionCase

from ..exception import NetworkRetryableError
from ..http.auth.declarations import SignedRequest
from ..testing import FakeSystem
from .json_service import JsonService, Tree
from .service_rules import limits_rate, requires_header, requires_signature


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

    def serve(self, tables, **records):
        for table, rows in records.items():
            self.system.put(table, *rows)
        self.service = self.enterContext(JsonService(self.system, tables))

    def test_nested_addresses_have_the_records_of_their_parent(self):
        self.serve(
            {"customers/{customer}/addresses": "address"},
            address=[{"id": 1, "customer": 7}, {"id": 2, "customer": 8}],
        )
        path = "/customers/7/addresses"
        self.assertEqual([each["id"] for each in self.ask("GET", path).json()], [1])
        self.assertEqual(self.ask("GET", f"{path}/1").json()["customer"], 7)
        self.assertEqual(self.ask("GET", f"{path}/2").status_code, 404)
        self.assertEqual(self.ask("DELETE", f"{path}/2").status_code, 404)
        created = self.ask("POST", path, json={"city": "Paris"}).json()
        self.assertEqual((created["customer"], created["city"]), ("7", "Paris"))
        self.assertEqual(len(self.ask("GET", path).json()), 2)
        self.assertEqual(self.ask("GET", f"{path}/1/more").status_code, 404)

    def test_a_tree_is_listed_from_its_roots(self):
        self.serve(
            {"categories": "category"},
            category=[
                {"id": 1, "name": "All"},
                {"id": 2, "name": "Tea", "parent": 1},
                {"id": 3, "name": "Green tea", "parent": 2},
            ],
        )
        self.service.trees["category"] = Tree()
        (root,) = self.ask("GET", "/categories").json()
        self.assertEqual(root["children"][0]["children"][0]["name"], "Green tea")
        leaf = self.ask("GET", "/categories/3").json()
        self.assertEqual(leaf["children"], [])

    def test_a_rate_limit_says_when_to_come_back(self):
        self.service.rules.append(limits_rate(calls=2, seconds=30))
        answers = [self.ask("GET", "/partners/1") for _ in range(3)]
        self.assertEqual([each.status_code for each in answers], [200, 200, 429])
        self.assertIn(int(answers[2].headers["Retry-After"]), range(1, 31))

    def test_a_rate_limit_ends(self):
        self.service.rules.append(limits_rate(calls=1, seconds=0.05))
        self.ask("GET", "/partners/1")
        time.sleep(0.06)
        self.assertEqual(self.ask("GET", "/partners/1").status_code, 200)

    def test_a_token_is_required(self):
        self.service.rules.append(requires_header("Authorization", "Bearer abc"))
        for headers, status in (
            ({}, 401),
            ({"Authorization": "Bearer abd"}, 401),
            ({"authorization": "Bearer abc"}, 200),
        ):
            answer = self.ask("GET", "/partners/1", headers=headers)
            self.assertEqual(answer.status_code, status, headers)

    def test_a_signature_is_required(self):
        for auth in (
            SignedRequest("secret"),
            SignedRequest("secret", timestamp="iso", encoding="base64"),
            SignedRequest("secret", timestamp_header=None, digest="sha512"),
        ):
            self.service.rules[:] = [requires_signature(auth, "s3cret", "me")]
            url = f"{self.service.url}/partners?per_page=1"
            request = requests.Request("POST", url, json={"name": "Ada"}).prepare()
            auth.sign(request, "s3cret", "me")
            with requests.Session() as session:
                self.assertEqual(session.send(request).status_code, 201, auth)
                request.body = request.body.replace(b"Ada", b"Bob")
                self.assertEqual(session.send(request).status_code, 401, auth)
                auth.sign(request, "wrong", "me")
                self.assertEqual(session.send(request).status_code, 401, auth)

    def test_an_old_signature_is_refused(self):
        auth = SignedRequest("secret")
        self.service.rules.append(requires_signature(auth, "s3cret"))
        request = requests.Request("GET", f"{self.service.url}/partners").prepare()
        with freeze_time("2020-01-01"):
            auth.sign(request, "s3cret")
        with requests.Session() as session:
            self.assertEqual(session.send(request).status_code, 401)

    def test_a_body_must_be_an_object(self):
        for content in (b"{", b"[]", b"1"):
            answer = self.ask("POST", "/partners", data=content)
            self.assertEqual(answer.status_code, 400, content)
