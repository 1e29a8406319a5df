# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The token of monitoring systems: created, shown once, used, replaced, revoked."""

import urllib.error
import urllib.request

MONITORING = "action-connector.connector_monitoring_action"


def status(address, token):
    request = urllib.request.Request(
        address, headers={"Authorization": f"Bearer {token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def shown(page, name):
    field = page.locator(f".o_field_widget[name={name}]")
    return field.first.inner_text().strip()


def test_a_token_is_created_and_revoked(any_window, server):
    window, page = any_window, any_window.page
    window.open(MONITORING)
    page.get_by_text("No token: nobody can read them.").wait_for()
    window.axe()
    window.check_width()
    address = f"{server.url}/connector/health"
    assert shown(page, "health_url").split("/connector")[1].startswith("/health/db/")
    window.keyboard.tab_to("Create token", role="button")
    window.keyboard.press("Enter")
    page.get_by_text("it is not shown again").wait_for()
    window.axe()
    token = shown(page, "token")
    assert len(token) == 43
    assert status(address, token) in (200, 503)
    page.get_by_role("button", name="Done").click()
    window.settle()
    window.open(MONITORING)
    # on a phone, the buttons are in a menu
    more = page.locator(".o_statusbar_buttons").get_by_title("More")
    if more.count():
        more.tap()
    page.get_by_role("button", name="Revoke token").click()
    page.locator(".modal").get_by_role("button", name="Ok", exact=True).click()
    page.get_by_text("No token: nobody can read them.").wait_for()
    assert status(address, token) == 401
