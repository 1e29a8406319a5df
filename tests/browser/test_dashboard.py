# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The dashboard: conditions are seen, opened and handled from there."""

import re
import time
from datetime import datetime, timedelta

import pytest

DASHBOARD = "connectors"
SHOP, WAREHOUSE = "Shop of Ghent", "Warehouse"
CONTACT, PRODUCT = "odoo.res.partner", "odoo.product.template"
VARIANT = "odoo.product.product"


def make_backends(env):
    """Create one backend that works and one with errors, and a decision."""
    values = {"url": "http://127.0.0.1:9", "database": "none", "login": "x"}
    shop, warehouse = env["odoo.backend"].create(
        [{**values, "name": SHOP}, {**values, "name": WAREHOUSE}]
    )
    backends = shop | warehouse
    backends.write({"user_id": env.ref("base.user_admin").id})
    backends.write({"state": "production", "import_interval_minutes": 30})
    backends.write({"next_import_at": datetime.utcnow() + timedelta(minutes=20)})
    for number in range(3):
        note_failure(env, shop, str(number))
    run = env["connector.sync.run"]._start(warehouse, CONTACT)
    run._set_found(12)
    run._note_outcome({"created": 12}, time.time() - 2)
    question = env["connector.sync.run"]._start(warehouse, CONTACT, "removal")
    question.question = "2 of 7 contacts no longer exist in Warehouse."
    return shop.id, warehouse.id


def note_failure(env, backend, external_id, model_name=VARIANT, cause="missing"):
    env["connector.sync.error"]._note(
        backend._name,
        backend.id,
        f"{model_name} import record:{external_id}",
        model_name=model_name,
        external_id=external_id,
        direction="import",
        cause=cause,
        reason='Unit of measure "Pallet of 48" does not exist here.',
    )


def update(window):
    """Load the data now, as if the tab was hidden and is shown again."""
    window.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def card(window, name):
    return window.page.locator("section.o_connector_dashboard_card").filter(
        has=window.page.get_by_role("heading", name=name)
    )


@pytest.fixture
def backend_ids(seed):
    return seed(make_backends)


@pytest.mark.usefixtures("backend_ids")
def test_conditions_are_seen_at_both_widths(any_window):
    any_window.open(DASHBOARD)
    band = any_window.page.get_by_role("group", name="Needs attention")
    band.get_by_role("button", name="need attention").wait_for()
    assert "3 failing records" in " ".join(band.inner_text().split())
    assert "1 decision" in " ".join(band.inner_text().split())
    shop = card(any_window, SHOP)
    assert "Needs attention" in shop.inner_text()
    products = shop.locator(f"[data-model='{VARIANT}']").last
    assert re.search(r"\b3\b", products.inner_text())
    warehouse = card(any_window, WAREHOUSE)
    assert "12 imported" in warehouse.inner_text()
    any_window.check_width()
    any_window.axe()


@pytest.mark.usefixtures("backend_ids")
def test_numbers_open_their_records_by_mouse(window):
    page = window.page
    window.open(DASHBOARD)
    page.get_by_role("link", name="failing records").click()
    page.locator(".o_list_view, .o_kanban_view").wait_for()
    assert "connector" in page.url
    page.go_back()
    card(window, WAREHOUSE).get_by_role("link", name="Contact").click()
    page.locator(".o_list_view .o_data_row").first.wait_for()
    page.go_back()
    page.get_by_role("button", name="need attention").click()
    card(window, SHOP).wait_for()


@pytest.mark.long
@pytest.mark.usefixtures("backend_ids")
def test_all_is_done_by_keyboard(window):
    page, keyboard = window.page, window.keyboard
    window.open(DASHBOARD)
    keyboard.tab_to("failing records", role="link")
    keyboard.tab_to(f"Pause {SHOP}", role="button")
    keyboard.press("Enter")
    card(window, SHOP).get_by_role("button", name="Resume").wait_for()
    page.locator("button[name=button_resume]:focus").wait_for()
    keyboard.tab_to(f"More {SHOP}", role="button")
    keyboard.press("Enter")
    page.get_by_role("menuitem", name="Settings").wait_for()
    keyboard.press("Escape")
    page.get_by_role("menuitem", name="Settings").wait_for(state="detached")
    keyboard.tab_to(f"As a table {WAREHOUSE}", role="button")
    keyboard.press("Space")
    card(window, WAREHOUSE).get_by_role("cell", name="12").wait_for()
    keyboard.tab_to("Contact", role="link")
    keyboard.press("Enter")
    page.locator(".o_list_view .o_data_row").first.wait_for()


@pytest.mark.long
def test_an_update_keeps_focus_scroll_and_open_menus(seed, backend_ids, window):
    page = window.page
    window.open(DASHBOARD)
    shop = card(window, SHOP)
    content = page.locator(".o_connector_dashboard .o_content")
    page.set_viewport_size({"width": 1400, "height": 500})
    content.evaluate("element => element.scrollTop = 120")
    scrolled = content.evaluate("element => element.scrollTop")
    assert scrolled > 0
    shop.get_by_role("button", name="More").click()
    settings = page.get_by_role("menuitem", name="Settings")
    settings.wait_for()
    warehouse = card(window, WAREHOUSE)
    handle = warehouse.element_handle()

    seed(lambda env: note_failure(env, shop_of(env, backend_ids), "77"))
    update(window)
    page.get_by_role("group").get_by_text("4", exact=True).wait_for()

    assert settings.is_visible()
    assert content.evaluate("element => element.scrollTop") == scrolled
    # the elements are the same: nothing was rendered from scratch
    assert handle.evaluate("element => element.isConnected")
    page.keyboard.press("Escape")
    pause = shop.get_by_role("button", name="Pause")
    pause.focus()
    seed(lambda env: note_failure(env, shop_of(env, backend_ids), "78"))
    update(window)
    page.get_by_role("group").get_by_text("5", exact=True).wait_for()
    assert window.keyboard.focused().name.startswith("Pause")


def shop_of(env, backend_ids):
    return env["odoo.backend"].browse(backend_ids[0])


@pytest.mark.long
@pytest.mark.usefixtures("backend_ids")
def test_a_lost_server_is_said_and_tried_again(window):
    page = window.page
    window.open(DASHBOARD)
    calls = "**/connector.dashboard/get_data**"
    page.route(calls, lambda route: route.abort())
    update(window)
    said = page.get_by_role("status").filter(has_text="cannot be reached")
    said.wait_for()
    assert card(window, SHOP).is_visible()
    page.unroute(calls)
    page.get_by_role("button", name="Try now").click()
    said.wait_for(state="detached")
    window.expect_error("get_data")
    window.expect_error("ERR_FAILED")


@pytest.mark.long
@pytest.mark.usefixtures("backend_ids")
def test_an_operator_has_no_buttons_that_configure(open_window):
    window = open_window("operator")
    window.open(DASHBOARD)
    shop = card(window, SHOP)
    shop.get_by_role("button", name="More").wait_for()
    for name in ("Pause", "Import changes", "Test"):
        assert shop.get_by_role("button", name=name).count() == 0


@pytest.mark.long
def test_without_a_backend_three_steps_say_what_to_do(seed, any_window):
    def archive(env):
        names = env.registry.descendants(["connector.backend"], "_inherit")
        for name in names:
            if not env[name]._abstract:
                assert not env[name].search([])

    seed(archive)
    any_window.open(DASHBOARD)
    page = any_window.page
    page.get_by_role("heading", name="Connect a system").wait_for()
    assert page.get_by_role("listitem").filter(has_text="Test the connection").count()
    any_window.check_width()
    any_window.axe()
    page.get_by_role("link", name="Odoo").first.click()
    page.locator(".o_form_view").wait_for()
