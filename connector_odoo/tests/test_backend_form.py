# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from lxml import etree

from odoo.exceptions import ValidationError
from odoo.tests import Form, TransactionCase, tagged

from ..pasted_address import cut_address
from .rights_common import SECRET, RightsCase

CUT = {
    "https://erp.example.com/web/login?db=erp#menu=1": (
        "https://erp.example.com",
        "/web/login?db=erp#menu=1",
        "erp",
    ),
    "https://erp.example.com/odoo/action-128/7": (
        "https://erp.example.com",
        "/odoo/action-128/7",
        "",
    ),
    "https://erp.example.com/web#id=7&model=res.partner": (
        "https://erp.example.com",
        "/web#id=7&model=res.partner",
        "",
    ),
    "https://erp.example.com:8069/odoo?debug=1": (
        "https://erp.example.com:8069",
        "/odoo?debug=1",
        "",
    ),
    "https://example.com/erp/web": ("https://example.com/erp", "/web", ""),
    "https://erp.example.com/?db=erp": ("https://erp.example.com", "/?db=erp", "erp"),
    "  https://erp.example.com \n": ("https://erp.example.com", "", ""),
    "erp.example.com": ("https://erp.example.com", "", ""),
    "erp.example.com/web/login": ("https://erp.example.com", "/web/login", ""),
    "localhost:8069": ("https://localhost:8069", "", ""),
    "http://localhost:8069/web": ("http://localhost:8069", "/web", ""),
    "http://[::1]:8069/odoo": ("http://[::1]:8069", "/odoo", ""),
}
#: not pages of Odoo: they stay as they are, and are refused or used
KEPT = (
    "https://erp.example.com",
    "https://erp.example.com/",
    "https://example.com/website",
    "https://example.com/odoo-docs",
    "https://web.example.com",
    "https://erp.example.com/?key=pa55word",
    "https://erp.example.com/#pa55word",
    "https://me:pa55word@erp.example.com/?key=1",
    "javascript:alert(1)",
    "file:///web",
    "https:erp.example.com",
    "https://[::1/web",
    "",
)


class TestPastedAddress(TransactionCase):
    def test_pages_of_odoo_are_cut_to_the_server(self):
        for pasted, expected in CUT.items():
            with self.subTest(pasted):
                self.assertEqual(cut_address(pasted), expected)
                self.assertEqual(cut_address(expected[0]).url, expected[0])

    def test_anything_else_stays(self):
        for pasted in KEPT:
            with self.subTest(pasted):
                self.assertEqual(cut_address(pasted), (pasted, "", ""))


@tagged("post_install", "-at_install")
class TestOdooBackendForm(RightsCase):
    """The form and the chatter of a backend."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.user_id = cls.manager

    def managed(self):
        return self.backend.with_user(self.manager)

    def messages(self):
        """Return the texts and tracked changes of the chatter since the last call."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        found = self.backend.message_ids - self.seen
        self.seen = self.backend.message_ids
        tracked = found.tracking_value_ids.mapped("field_id.name")
        return sorted(tracked), " ".join(map(str, found.mapped("body")))

    # -- addresses --------------------------------------------------------------

    def test_a_pasted_address_is_cut_in_the_form_and_says_so(self):
        with self.assertLogs("odoo.tests.form.onchange", "WARNING") as logs:
            with Form(self.env["odoo.backend"].with_user(self.manager)) as form:
                form.name = "Pasted"
                form.url = "https://erp.example.com/web/login?db=erp"
                self.assertEqual(form.url, "https://erp.example.com")
                self.assertEqual(form.database, "erp")
                form.login = "connector"
        self.assertIn("/web/login?db=erp was cut", "".join(logs.output))

    def test_a_pasted_address_is_cut_when_it_is_saved(self):
        self.managed().url = " https://erp.example.com/odoo/contacts/7 "
        self.assertEqual(self.backend.url, "https://erp.example.com")
        created = self.backend.copy({"url": "other.example.com/web"})
        self.assertEqual(created.url, "https://other.example.com")

    def test_an_address_with_a_password_is_still_refused(self):
        with self.assertRaises(ValidationError):
            self.managed().url = "https://me:pa55word@erp.example.com/web"

    # -- chatter ----------------------------------------------------------------

    def test_every_setting_is_tracked(self):
        self.seen = self.backend.message_ids
        self.messages()
        self.managed().write(
            {
                "import_interval_minutes": 7,
                "conflict_policy": "ask",
                "keep_runs_days": 3,
                "url": "https://new.example.com",
                "user_id": self.manager.id,
            }
        )
        names, __ = self.messages()
        for name in ("import_interval_minutes", "conflict_policy", "keep_runs_days"):
            self.assertIn(name, names)
        self.assertIn("url", names)

    def test_a_secret_is_tracked_as_changed(self):
        self.seen = self.backend.message_ids
        self.messages()
        self.managed().api_key = "another-secret-key"
        names, text = self.messages()
        self.assertIn("API key or password: changed", text)
        self.assertNotIn("another-secret-key", text)
        self.assertNotIn("secret", names)
        values = self.backend.message_ids.tracking_value_ids
        shown = values.read(["old_value_char", "new_value_char"])
        self.assertNotIn("another-secret-key", str(shown))
        self.assertNotIn(SECRET, str(shown))
        self.managed().api_key = "another-secret-key"  # the same: nothing to say
        self.assertNotIn("API key", self.messages()[1])
        self.managed().url = "https://new.example.com"
        self.assertIn("API key or password: removed", self.messages()[1])

    # -- questions --------------------------------------------------------------

    def test_the_question_before_deletions_says_what_happens(self):
        self.backend.state = "production"
        for policy, word in (
            ("archive", "archived here"),
            ("delete", "deleted here"),
            ("unbind", "unbound here, and kept"),
            ("skip", "kept here"),
        ):
            self.backend.removal_policy = policy
            self.env.invalidate_all()
            (entry,) = [
                action
                for action in self.managed().more_actions
                if action["name"] == "button_import_removed"
            ]
            self.assertIn(f"Records deleted in {self.backend.name}", entry["confirm"])
            self.assertIn(word, entry["confirm"])

    def test_the_form_has_the_own_fields_in_the_tabs(self):
        arch = etree.fromstring(self.managed().get_view(view_type="form")["arch"])
        pages = {
            page.get("name"): {node.get("name") for node in page.iter("field")}
            for page in arch.iter("page")
        }
        self.assertLessEqual({"url", "database", "api_key"}, pages["connection"])
        self.assertLessEqual({"sync_partners", "synchronized_models"}, pages["what"])
        self.assertLessEqual(
            {"conflict_policy", "removal_policy", "keep_runs_days"}, pages["rules"]
        )
        self.assertIn("last_runs", pages["activity"])
        self.assertTrue(arch.xpath("//chatter"))
        self.assertTrue(arch.xpath("//widget[@name='web_ribbon'][@invisible='active']"))

    def test_the_mapping_of_contacts_in_plain_words(self):
        rows = [
            row
            for section in self.managed().describe_mapping("odoo.res.partner")[
                "sections"
            ]
            for row in section["rows"]
        ]
        self.assertIn(["Name", "name", ""], rows)
        country = next(row for row in rows if row[1] == "country_id")
        self.assertEqual(country[0], "Country")
        self.assertIn("matching record", country[2])
        method = next(row for row in rows if "method language" in row[2])
        self.assertIn("Keep the default", method[0])
