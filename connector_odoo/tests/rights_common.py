# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

MANAGER = "base.group_user,base.group_allow_export,connector.group_connector_manager"
SECRET = "k3y-that-nobody-reads"


class RightsCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here, cls.elsewhere = (
            cls.env["res.company"].create({"name": name})
            for name in ("Here Inc.", "Elsewhere Inc.")
        )
        cls.manager = cls._user("manager", MANAGER, cls.here)
        cls.backend = cls.env["odoo.backend"].create(
            {
                "name": "Headquarters",
                "company_id": cls.here.id,
                "url": "http://127.0.0.1:1",
                "database": "hq",
                "login": "admin",
                "api_key": SECRET,
                "state": "checked",
            }
        )
        cls.binding = cls.env["odoo.res.partner"].create(
            {"backend_id": cls.backend.id, "external_id": "1", "name": "Ada"}
        )

    @classmethod
    def _user(cls, login, groups, company):
        return new_test_user(
            cls.env,
            f"odoo-rights-{login}",
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
