# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The form of a backend: from New to an active backend, pause, and resume."""

import re
import tempfile
from datetime import datetime, timedelta, timezone

import pytest

BACKENDS = "action-test_connector_export.test_export_backend_action"
ODOO_BACKENDS = "action-connector_odoo.odoo_backend_action"
WIDTHS = [1400, pytest.param(390, marks=pytest.mark.long)]


@pytest.fixture(autouse=True)
def accepted(accept_log_errors):
    """Accept the alert that scheduled actions do not run, which two requests send."""
    accept_log_errors += ["connector_alert", "not be sent"]


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="test_connector_export_") as path:
        yield path


def make_backend(env, folder, **values):
    user = env["res.users"].search([("login", "=", "manager")])
    return env["test.export.backend"].create(
        {"name": "Shop", "folder": folder, "user_id": user.id, **values}
    )


def make_odoo_backend(env):
    return env["odoo.backend"].create(
        {
            "name": "Headquarters",
            "url": "http://127.0.0.1:9",
            "database": "hq",
            "login": "connector",
            "api_key": "key",
            "state": "checked",
            "sync_products": "both",
        }
    )


def stop_schedule(env, backend_id):
    backend = env["test.export.backend"].browse(backend_id)
    backend.schedule_stopped_reason = "401 Unauthorized"


def read(env, backend_id, name):
    return env["test.export.backend"].browse(backend_id)[name]


def open_backend(window, backend_id):
    window.open(f"{BACKENDS}/{backend_id}")
    window.page.locator(".o_form_view").wait_for()


def press(window, name, **options):
    """Press a button of the header; on a phone, it may be in the menu of buttons."""
    button = window.page.locator(".o_form_view").get_by_role("button", name=name)
    if not button.first.is_visible():
        window.page.locator(".o_statusbar_buttons").get_by_title("More").click()
        button = window.page.locator(".o-dropdown--menu").get_by_role(
            "button", name=name
        )
    button.first.click()
    window.settle()


def choose_more(window, label):
    """Choose an entry of the menu *More* of the backend."""
    more = window.page.locator(".o_connector_more")
    if more.first.is_visible():
        more.first.click()
    else:
        # A finger: a pointer that rests there would open the inner menu, too.
        window.page.locator(".o_statusbar_buttons").get_by_title("More").tap()
        more.first.tap()
    window.page.get_by_role("menuitem", name=label).click()
    window.settle()


@pytest.mark.parametrize("width", WIDTHS)
def test_from_new_to_active_by_mouse(seed, open_window, folder, width):
    seed(lambda env: env["test.export.backend"].search([]).unlink())
    window = open_window(width=width)
    page = window.page
    window.open(f"{BACKENDS}/new")
    page.get_by_label("Name", exact=True).first.fill(f"Shop {width}")
    page.get_by_label("Folder").fill(folder)
    press(window, "Test connection")
    page.get_by_text("the connection works").first.wait_for()
    press(window, "Activate")
    dialog = page.locator(".modal")
    dialog.get_by_label("Import changes every").fill("30")
    window.axe()
    dialog.get_by_role("button", name="Activate").click()
    window.settle()
    press(window, "Import changes")
    # the form of the batch
    page.get_by_text(f"Import of changes, Shop {width}").first.wait_for()
    page.go_back()
    page.get_by_label("Name", exact=True).first.wait_for()
    window.settle()
    press(window, "Pause")
    page.get_by_text("is paused, nothing is synchronized").wait_for()
    window.axe()
    window.check_width()
    press(window, "Resume")
    page.get_by_text("is paused, nothing").wait_for(state="detached")
    found = seed(
        lambda env: (
            env["test.export.backend"]
            .search([])
            .mapped(lambda each: (each.name, each.state, each.import_interval_minutes))
        )
    )
    assert found == [(f"Shop {width}", "production", 30)]


@pytest.mark.long
def test_from_connected_to_active_by_keyboard(seed, window, folder):
    (backend_id,) = seed(make_backend, folder, state="checked")
    open_backend(window, backend_id)
    keyboard, page = window.keyboard, window.page
    keyboard.tab_to("Activate", role="button")
    keyboard.press("Enter")
    page.locator(".modal").wait_for()
    keyboard.tab_to("Activate", role="button")
    keyboard.press("Enter")
    page.locator(".modal").wait_for(state="detached")
    window.settle()
    assert seed(read, backend_id, "state") == "production"
    keyboard.tab_to("Pause", role="button")
    keyboard.press("Enter")
    page.get_by_text("is paused, nothing").wait_for()
    keyboard.tab_to("Resume", role="button")
    keyboard.press("Enter")
    page.get_by_text("is paused, nothing").wait_for(state="detached")
    keyboard.tab_to("More", role="button")
    keyboard.press("Enter")
    page.get_by_role("menuitem", name="Process deletions…").wait_for()
    # the entries of Odoo's menus have the attribute aria-selected
    window.axe(".o-dropdown--menu", ignored_rules=["aria-allowed-attr"])
    keyboard.press("Escape")
    assert keyboard.focused().name.startswith("More")
    keyboard.tab_to("What", role="tab")
    keyboard.press("Enter")
    keyboard.tab_to(re.compile("Fields: Contact"), role="button")
    keyboard.press("Enter")
    page.locator(".modal").get_by_text("name", exact=True).first.wait_for()
    window.axe()
    keyboard.press("Escape")
    page.locator(".modal").wait_for(state="detached")


@pytest.mark.long
def test_more_asks_before_it_overwrites(seed, any_window, folder):
    (backend_id,) = seed(make_backend, folder, state="production")
    window = any_window
    open_backend(window, backend_id)
    choose_more(window, "Re-import everything (overwrites)")
    dialog = window.page.locator(".modal")
    dialog.get_by_text("All records of Shop are read again").wait_for()
    window.axe()
    dialog.get_by_role("button", name="Cancel").click()
    assert seed(read, backend_id, "run_count") == 0


@pytest.mark.long
def test_tabs_and_numbers(seed, any_window, folder):
    (backend_id,) = seed(make_backend, folder, state="production")
    window = any_window
    open_backend(window, backend_id)
    for tab in ("Connection", "What", "Rules", "Activity"):
        window.page.get_by_role("tab", name=tab).click()
        window.axe()
        window.check_width()
    if window.page.viewport_size["width"] > 500:
        window.page.get_by_role("button", name="0 Errors").click()
        window.settle()
        assert window.page.locator(".o_view_sample_data").count() == 0


@pytest.mark.long
def test_the_banner_helps(seed, any_window, folder):
    overdue = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(hours=3)
    (backend_id,) = seed(
        make_backend,
        folder,
        state="production",
        import_interval_minutes=15,
        next_import_at=overdue.replace(microsecond=0),
    )
    seed(stop_schedule, backend_id)
    window = any_window
    open_backend(window, backend_id)
    banner = window.page.locator(".alert-danger", has_text="401 Unauthorized")
    window.axe()
    banner.get_by_role("button", name="Test connection").click()
    window.page.get_by_text("the connection works").first.wait_for()
    banner.wait_for(state="detached")


@pytest.mark.long
def test_a_backend_with_bindings_is_unbound_and_deleted(seed, window, folder):
    def bind(env, backend_id):
        return env["test.export.partner"].create(
            {"backend_id": backend_id, "external_id": "7", "name": "Ada"}
        )

    (backend_id,) = seed(make_backend, folder, state="draft")
    (binding_id,) = seed(bind, backend_id)
    open_backend(window, backend_id)
    page = window.page
    page.locator(".o_cp_action_menus button").first.click()
    page.get_by_role("menuitem", name="Delete").click()
    page.locator(".modal").get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Unbind 1 records and delete…").click()
    dialog = page.locator(".modal", has_text="records will be unbound")
    dialog.get_by_text("1 Contact").wait_for()
    window.axe()
    dialog.get_by_role("button", name="Unbind and delete").click()
    page.locator(".o_list_view").wait_for()
    assert not seed(lambda env: env["test.export.backend"].browse(backend_id).exists())
    assert not seed(lambda env: env["test.export.partner"].browse(binding_id).exists())


@pytest.mark.long
def test_an_operator_sees_the_backend_without_buttons(seed, open_window):
    (backend_id,) = seed(make_odoo_backend)
    for width in (1400, 390):
        window = open_window("operator", width=width)
        window.open(f"{ODOO_BACKENDS}/{backend_id}")
        page = window.page
        page.get_by_text("Headquarters").first.wait_for()
        for name in ("Test connection", "Activate", "Pause", "More actions"):
            assert page.get_by_role("button", name=name).count() == 0
        window.axe()
        window.check_width()


def test_the_list_and_the_cards(seed, any_window, folder):
    seed(make_backend, folder, state="checked")
    seed(make_backend, folder, name="Paused shop", state="paused")
    any_window.open(BACKENDS)
    any_window.page.get_by_text("Connected, not active").first.wait_for()
    any_window.page.get_by_text("Paused shop").first.wait_for()
    any_window.axe()
    any_window.check_width()


@pytest.mark.long
def test_a_pasted_address_is_cut(window):
    window.open(f"{ODOO_BACKENDS}/new")
    page = window.page
    page.get_by_label("Address").fill("https://erp.example.com/web/login?db=erp")
    page.get_by_label("Address").press("Tab")
    page.get_by_text("/web/login?db=erp was cut").wait_for()
    assert page.get_by_label("Address").input_value() == "https://erp.example.com"
    assert page.get_by_label("Database").first.input_value() == "erp"
