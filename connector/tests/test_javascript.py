# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from odoo.addons.web.tests import test_js


def is_verdict(message: str) -> bool:
    """Return whether an error on the console reports failed tests."""
    return "Some tests failed" in message


def always(value):
    """Return an attribute that is not changed by setting it."""
    return property(lambda instance: value, lambda instance, other: None)


@tagged("post_install", "-at_install")
class TestJavascript(HttpCase):
    def test_widgets_and_views(self):
        """Run the tests of connector/static/tests if a browser is installed.

        Other errors on the console come from addons of Odoo while they are loaded,
        for example from a library that a distribution left out. They are ignored.
        """
        suite = test_js.HOOTCommon._generate_hash(self, "@connector")
        with patch.multiple(
            ChromeBrowser,
            create=True,
            error_checker=always(is_verdict),
            had_failure=always(False),
        ):
            self.browser_js(
                f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
                f"&id={suite}",
                "",
                login="admin",
                timeout=300,
                success_signal="[HOOT] Test suite succeeded",
            )
