# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import PropertyMock, patch

import vodoo

from odoo.tests.common import TransactionCase

from odoo.addons.connector.exception import (
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
)

from ..remote import RemoteAccessRefusal, RemoteOdoo


class TestPriceErrors(TransactionCase):
    """Every error of a price is an error of a connector."""

    def setUp(self):
        super().setUp()
        self.backend = self.env["odoo.backend"].create(
            {
                "name": "Headquarters",
                "url": "http://127.0.0.1:1",
                "database": "hq",
                "login": "admin",
                "api_key": "k3y",
            }
        )
        self.enterContext(patch.object(RemoteOdoo, "uid", PropertyMock(return_value=2)))

    def _read_currency(self, answer):
        execute = patch.object(vodoo.OdooClient, "execute", side_effect=[answer])
        with execute, self.backend.work_on("odoo.product.template") as work:
            converter = work.component(usage="price.converter")
            return converter._external_currency_id(self.env["odoo.product.template"])

    def test_each_error_and_each_wrong_answer_is_translated(self):
        for answer, expected in (
            (vodoo.ConnectionLostError("gone"), NetworkRetryableError),
            (vodoo.OdooAccessError("no"), RemoteAccessRefusal),
            (None, InvalidDataError),
            ([{"company_id": 1}], InvalidDataError),
            ([{"id": 2}], InvalidDataError),
            ([], IDMissingInBackend),
        ):
            with self.subTest(answer), self.assertRaises(expected):
                self._read_currency(answer)
