# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The screen Errors: causes, details, buttons, live updates, phone, keyboard."""

import re
from datetime import timedelta

import pytest

ERRORS = "action-connector.connector_sync_error_action"
PALLET = "Unit of measure 'Pallet of 48' does not exist"
BACKEND = "Shop of the errors"
PRODUCTS = ("Concrete blocks", "Paving stones", "Roof tiles")
REASON = 'Unit of measure "Pallet of 48" does not exist here. Create it, then retry.'


def make_errors(env):
    """Create three errors of one cause, and one of an uninstalled connector."""
    server = {"url": "http://127.0.0.1:9", "database": "none", "login": "x"}
    backend = env["odoo.backend"].create({"name": BACKEND, **server})
    errors = env["connector.sync.error"]
    for number, name in enumerate(PRODUCTS, start=1):
        errors |= make_error(
            env,
            ("odoo.backend", backend.id, "data", PALLET),
            model_name="odoo.product.template",
            external_id=str(number),
            record_name=name,
            reason=REASON,
            values_text='{"uom_id": [12, "Pallet of 48"]}',
            attempts=number,
        )
    make_error(
        env,
        ("lost.backend", 3, "unloadable", "The job cannot be loaded"),
        model_name="lost.product",
        external_id="5",
        reason="The connector is uninstalled.",
    )
    # one of them was imported before
    partner = env["res.partner"].create({"name": "Local name"})
    env["odoo.res.partner"].with_context(connector_no_export=True).create(
        {"backend_id": backend.id, "external_id": "77", "odoo_id": partner.id}
    )
    errors[0].write({"model_name": "odoo.res.partner", "external_id": "77"})
    return errors


def make_error(env, cause, **values):
    backend_model, backend_id, code, summary = cause
    found = find_cause(
        env,
        backend_model=backend_model,
        backend_id=backend_id,
        code=code,
        summary=summary,
    )
    return env["connector.sync.error"].create(
        {
            "backend_model": backend_model,
            "backend_id": backend_id,
            "cause": code,
            "cause_id": found.id,
            "direction": "import",
            "subject": f"{values['model_name']} import record:{values['external_id']}",
            "first_seen": env.cr.now() - timedelta(hours=1),
            **values,
        }
    )


def find_cause(env, **values):
    causes = env["connector.sync.cause"]
    found = causes.search([(name, "=", value) for name, value in values.items()])
    return found or causes.create(values)


def states(env, ids):
    return env["connector.sync.error"].browse(ids).mapped("state")


def assignees(env, ids):
    return env["connector.sync.error"].browse(ids).user_id.mapped("login")


def resolve(env, ids):
    env["connector.sync.error"].browse(ids)._resolve()


@pytest.fixture
def errors(seed):
    return seed(make_errors)


def cause_row(page, text=PALLET):
    return page.locator(".o_connector_cause", has_text=text)


def open_errors_of_cause(open_window):
    window = open_window("operator")
    window.open(ERRORS)
    cause_row(window.page).locator(".o_connector_toggle").click()
    window.page.locator(".o_data_row", has_text=PRODUCTS[0]).wait_for()
    return window


def open_first_error(page):
    row = page.locator(".o_data_row", has_text=PRODUCTS[0])
    row.get_by_text("Import").click()
    panel = page.get_by_role("complementary", name="Error")
    panel.get_by_role("heading", name=PRODUCTS[0]).wait_for()
    return panel


def search(window, text):
    window.page.locator(".o_searchview_input").fill(text)
    menu = window.page.locator(".o_searchview_autocomplete")
    menu.get_by_text("Search Error for").click()


def wait_until(page, check, wanted):
    """Wait until the database has what the click asked for."""
    for _step in range(50):
        if check() == wanted:
            return
        page.wait_for_timeout(100)
    assert check() == wanted


@pytest.mark.long
def test_causes_say_what_how_many_and_since_when(errors, open_window):
    window = open_window("operator")
    page = window.page
    window.open(ERRORS)
    row = cause_row(page)
    row.get_by_text(re.compile(rf"{BACKEND}.*since")).wait_for()
    row.get_by_role("button", name="Retry 3", exact=True).wait_for()
    # an uninstalled connector is shown, too
    cause_row(page, "lost.backend 3").wait_for()
    page.get_by_role("menuitem", name="Errors (4)").wait_for()
    window.axe()


def test_one_click_retries_all_errors_of_a_cause(errors, seed, open_window):
    window = open_window("operator")
    window.open(ERRORS)
    cause_row(window.page).get_by_role("button", name="Retry 3").click()
    window.page.get_by_text("3 records are synchronized again").wait_for()
    assert seed(states, errors) == ["retrying"] * 3
    cause_row(window.page).get_by_text("3 retrying").wait_for()
    retry = cause_row(window.page).get_by_role("button", name=re.compile("^Retry"))
    assert retry.count() == 0


def test_details_of_an_error(errors, open_window):
    window = open_errors_of_cause(open_window)
    page = window.page
    panel = open_first_error(page)
    for text in (REASON, "uom_id", "3 records fail for this reason", "Nobody"):
        panel.get_by_text(text).first.wait_for()
    remote = panel.get_by_role("link", name=f"Open in {BACKEND}")
    assert "id=77" in remote.get_attribute("href")
    window.axe()
    panel.get_by_role("link", name="Open in Odoo").click()
    page.locator(".o_form_view", has_text="Local name").wait_for()
    page.locator(".o_breadcrumb a", has_text="Errors").click()
    # the list is as it was left
    panel.get_by_role("heading", name=PRODUCTS[0]).wait_for()
    page.locator(".o_data_row", has_text=PRODUCTS[1]).wait_for()


@pytest.mark.long
def test_buttons_of_a_selection(errors, seed, open_window):
    window = open_errors_of_cause(open_window)
    page = window.page
    for name in PRODUCTS[:2]:
        page.locator(".o_data_row", has_text=name).get_by_role("checkbox").click()
    window.axe(include=".o_connector_selection")
    page.get_by_role("button", name="Assign 2", exact=True).click()
    dialog = page.locator(".modal-content")
    dialog.get_by_text("Assign 2 errors").wait_for()
    window.axe()
    dialog.get_by_role("button", name="Assign", exact=True).click()
    page.get_by_text("2 errors are assigned to Operator").wait_for()
    assert seed(assignees, errors[:2]) == ["operator"]
    # the selection is kept
    page.get_by_role("button", name="Ignore 2", exact=True).click()
    page.get_by_text("2 errors are ignored").wait_for()
    assert seed(states, errors) == ["ignored", "ignored", "open"]
    page.get_by_role("menuitem", name="Errors (2)").wait_for()


@pytest.mark.long
def test_live_updates_keep_focus_selection_and_details(errors, seed, open_window):
    window = open_errors_of_cause(open_window)
    page = window.page
    page.locator(".o_data_row", has_text=PRODUCTS[1]).get_by_role("checkbox").click()
    cell = page.locator(".o_data_row", has_text=PRODUCTS[1]).locator("[name=attempts]")
    cell.focus()
    page.evaluate("window.marked = document.activeElement")
    seed(resolve, errors[:1])
    page.locator(".o_data_row", has_text=PRODUCTS[0]).wait_for(state="detached")
    assert page.evaluate("window.marked === document.activeElement")
    assert page.locator(".o_data_row_selected", has_text=PRODUCTS[1]).count() == 1
    cause_row(page).get_by_role("button", name="Retry 2", exact=True).wait_for()


@pytest.mark.long
def test_an_error_that_is_resolved_says_so_in_its_details(errors, seed, open_window):
    window = open_errors_of_cause(open_window)
    page = window.page
    panel = open_first_error(page)
    seed(resolve, errors)
    panel.get_by_text("Nothing needs to be done").wait_for()
    assert panel.get_by_role("button", name="Retry").count() == 0


@pytest.mark.long
def test_without_errors_nothing_needs_attention(open_window):
    window = open_window("operator")
    window.open(ERRORS)
    window.page.get_by_text("Nothing needs your attention").wait_for()
    window.axe()


@pytest.mark.long
def test_a_search_without_result_does_not_say_that_all_is_well(errors, open_window):
    window = open_window("operator")
    page = window.page
    window.open(ERRORS)
    search(window, "no such thing")
    page.get_by_text("No error matches this search").wait_for()
    page.locator(".o_facet_remove").last.click()
    window.settle()
    search(window, PRODUCTS[1])
    cause_row(page).get_by_role("button", name="Retry", exact=True).wait_for()


@pytest.mark.long
def test_all_by_keyboard(errors, seed, open_window):
    window = open_window("operator")
    page, keyboard = window.page, window.keyboard
    window.open(ERRORS)
    keyboard.tab_to(PALLET, role="button")
    keyboard.press("Enter")
    page.locator(".o_data_row", has_text=PRODUCTS[0]).wait_for()
    keyboard.press("ArrowDown", "ArrowRight")
    keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="Error")
    panel.get_by_role("heading").first.wait_for()
    keyboard.tab_to("Ignore", role="button")
    keyboard.press("Escape")
    panel.wait_for(state="detached")
    assert page.evaluate("Boolean(document.activeElement.closest('.o_data_row'))")
    # back to the header, and on to its buttons
    keyboard.tab_to(re.compile("^Ignore 3$"), role="button", back=True)
    keyboard.press("Enter")
    wait_until(page, lambda: seed(states, errors), ["ignored"] * 3)


@pytest.mark.long
def test_on_a_phone(errors, seed, open_window):
    window = open_window("operator", width=390)
    page = window.page
    window.open(ERRORS)
    window.check_width()
    cause_row(page).locator(".o_connector_toggle").click()
    card = page.locator("article", has_text=PRODUCTS[0])
    card.get_by_text(REASON).wait_for()
    window.axe()
    window.check_width()
    card.get_by_role("button", name=PRODUCTS[0], exact=True).click()
    panel = page.get_by_role("complementary", name="Error")
    panel.get_by_role("heading", name=PRODUCTS[0]).wait_for()
    window.axe()
    window.check_width()
    panel.get_by_role("button", name="Close").click()
    card.get_by_role("button", name=f"Retry {PRODUCTS[0]}").click()
    wait_until(page, lambda: seed(states, errors[:1]), ["retrying"])


@pytest.mark.long
def test_the_counter_asks_nothing_outside_of_the_app(errors, open_window):
    for role, path in (("operator", "action-contacts.action_contacts"), ("user", "")):
        window = open_window(role)
        asked = []
        window.page.on(
            "request",
            lambda request, asked=asked: (
                asked.append(request.url)
                if "connector.sync.error" in request.url
                else None
            ),
        )
        window.open(path or "action-contacts.action_contacts")
        assert asked == []
