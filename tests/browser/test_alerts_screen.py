# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The list of alerts."""

import pytest

ALERTS = "action-connector.connector_alert_action"
PROBLEM = "The token of the shop was revoked."


def make_alert(env):
    backend = env["odoo.backend"].create(
        {"name": "Alerting", "url": "http://x", "database": "x", "login": "x"}
    )
    return env["connector.alert"].create(
        {
            "backend_model": backend._name,
            "backend_id": backend.id,
            "key": "error:refused",
            "kind": "refused",
            "severity": "error",
            "text": PROBLEM,
            "fix": "Enter a new key, then press Test connection.",
            "since": "2026-01-01 12:00:00",
        }
    )


def test_open_alerts_are_listed(seed, any_window):
    seed(make_alert)
    any_window.open(ALERTS)
    any_window.page.get_by_text(PROBLEM).wait_for()
    any_window.page.get_by_text("Alerting").first.wait_for()
    any_window.check_width()
    any_window.axe()


@pytest.mark.long
def test_operators_reach_the_alerts_by_keyboard(seed, open_window):
    seed(make_alert)
    window = open_window("operator")
    window.open(ALERTS)
    window.page.get_by_text(PROBLEM).wait_for()
    window.keyboard.tab_to("Synchronization")
    window.keyboard.press("Enter")
    window.page.get_by_role("menuitem", name="Alerts").wait_for()
