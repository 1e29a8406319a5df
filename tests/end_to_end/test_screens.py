# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The screens in a real browser, on a real server."""

import os
import re

import pytest
from two_odoos.databases import LOGIN, PASSWORD

BACKENDS = "action-connector_odoo.odoo_backend_action"
DASHBOARD = "connectors"
COMPONENTS = "action-connector.connector_component_server_action"


@pytest.fixture(scope="module")
def browser():
    reason = os.environ.get("CONNECTOR_NO_BROWSER")
    if reason:
        pytest.skip(reason)
    from web_client import running_browser

    with running_browser() as running:
        yield running


@pytest.fixture(scope="module")
def session(scenario, browser):
    """The cookies of an administrator of the target."""
    from web_client import WebClient

    window = WebClient(browser, scenario.target.server.url)
    window.authenticate(scenario.target.database.name, LOGIN, PASSWORD)
    yield window.page.context.storage_state()
    window.close()


@pytest.fixture
def open_window(imported, browser, session):
    """Return a function that opens a window of the target, with an administrator."""
    from web_client import WebClient

    windows = []

    def open_one(**options):
        url = imported.target.server.url
        window = WebClient(browser, url, storage_state=session, **options)
        windows.append(window)
        return window

    yield open_one
    for window in windows:
        window.close()
        assert window.errors == []


@pytest.fixture
def window(open_window):
    return open_window()


def row(window, title):
    return window.page.get_by_role("row").filter(
        has=window.page.get_by_role("rowheader", name=title)
    )


def test_from_the_backend_to_the_records_that_it_brought(imported, window):
    page = window.page
    names = ["Ada from the other side", "Grace from the other side"]
    values = [{"name": name} for name in names]
    imported.source.client.execute("res.partner", "create", values)

    window.open(f"{BACKENDS}/{imported.backend_id}")
    page.locator(".o_connector_more:visible").click()
    page.get_by_role("menuitem", name="Test connection").click()
    told = page.locator(".o_notification").first
    told.get_by_text(f"Connected to {imported.source.server.url}").wait_for()
    page.locator("button[name=button_import_now]:visible").click()
    page.get_by_text("Import of changes").first.wait_for()

    # The card updates automatically: the page is not reloaded.
    page.get_by_role("menuitem", name="Dashboard").click()
    contacts = row(window, "Contact")
    contacts.get_by_text("just now").wait_for()
    page.locator(".o_connector_dashboard_summary", has_text="imported").wait_for()
    contacts.get_by_role("link", name="Contact").click()
    page.locator(".o_data_row", has_text="Contact").first.wait_for()
    domain = [("name", "in", names)]
    assert imported.target.client.execute("res.partner", "search_count", domain) == 2


def test_partner_tells_where_it_is_bound(imported, window):
    (binding,) = imported.target.client.execute(
        "odoo.res.partner", "search_read", [], fields=["odoo_id"], limit=1, load=None
    )
    window.open(f"res.partner/{binding['odoo_id']}")
    window.page.get_by_role("tab", name="Connectors").click()
    window.page.locator(".o_connector_binding", has_text="In sync").wait_for()


def test_component_shows_its_bases(window):
    page = window.page
    window.open(COMPONENTS, debug=True)
    page.locator(".o_searchview_input").fill("odoo.res.partner.mapper")
    page.keyboard.press("Enter")
    page.locator(".o_data_row", has_text="odoo.res.partner.mapper").click()
    page.get_by_role("tab", name="Resolution order").click()
    page.get_by_text("connector_odoo/components/res_partner.py").first.wait_for()


def test_the_lookup_screen_shows_the_choice_and_the_reasons(window):
    page = window.page
    # The web client shows the menus that it remembers first: those of no debug mode.
    window.open(DASHBOARD, debug=True)
    window.open(DASHBOARD, debug=True)
    page.locator(".o_menu_sections").get_by_text("Configuration").click()
    page.get_by_role("menuitem", name="Who answers?").click()
    dialog = page.locator(".modal-content", has_text="Who answers?")
    choices = (("collection", "Odoo Backend (odoo.backend)"), ("usage", "binder"))
    for name, choice in choices:
        dialog.locator(f"[name={name}] input").fill(choice)
        exactly = re.compile(rf"^\s*{re.escape(choice)}\s*$")
        page.locator(".o_select_menu_item", has_text=exactly).first.click()
        # The answer to each choice would undo what is typed meanwhile.
        window.settle()
    dialog.locator("[name=model_name] input").fill("odoo.res.partner")
    page.keyboard.press("Tab")
    dialog.locator("[name=winner]", has_text="odoo.binder").wait_for()


@pytest.mark.parametrize("path", [DASHBOARD, f"{BACKENDS}/1"])
def test_screens_fit_on_a_phone(open_window, path):
    from web_client import PHONE

    window = open_window(viewport=PHONE, is_mobile=True, has_touch=True)
    window.open(path)
    width = window.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
