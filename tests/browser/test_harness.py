# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tools of the browser tests find faults of a screen."""

import pytest

BACKENDS = "action-connector_odoo.odoo_backend_action"
NAME = "Shop of the harness"


def make_backend(env):
    values = {
        "name": NAME,
        "url": "http://127.0.0.1:9",
        "database": "none",
        "login": "x",
    }
    return env["odoo.backend"].create(values)


def count_backends(env):
    return env["odoo.backend"].search_count([("name", "=", NAME)])


@pytest.mark.long
def test_seeded_records_are_shown_at_both_widths(seed, open_window):
    (backend_id,) = seed(make_backend)
    for role, width in (("manager", 1400), ("admin", 390)):
        window = open_window(role, width=width)
        window.open(BACKENDS)
        window.page.get_by_text(NAME).first.wait_for()
        window.check_width()
    assert seed(count_backends) == 1
    assert seed(lambda env: env["odoo.backend"].browse(backend_id).name) == NAME


@pytest.mark.long
def test_records_of_the_test_before_are_deleted(seed):
    assert seed(count_backends) == 0


def test_rows_changed_by_a_seed_are_restored_by_its_second_part(database):
    def rename(env):
        company = env.ref("base.main_company")
        old = company.name
        company.name = "Renamed"
        env = yield old
        env.ref("base.main_company").name = old

    def read(env):
        return env.ref("base.main_company").name

    with database.restored() as restoring:
        old = restoring.call(rename)
        assert database.call(read) == "Renamed"
    assert database.call(read) == old


@pytest.mark.long
def test_a_role_reads_french(open_window):
    for role, label in (("manager", "New"), ("manager_fr", "Nouveau")):
        window = open_window(role)
        window.open("action-contacts.action_contacts")
        window.page.get_by_role("button", name=label).first.wait_for()


@pytest.mark.long
def test_keyboard_reaches_a_button_by_its_name(seed, window):
    seed(make_backend)
    window.open(BACKENDS)
    window.keyboard.tab_to("New", role="button")
    window.keyboard.press("Enter")
    window.page.locator(".o_form_view").wait_for()
    with pytest.raises(
        AssertionError, match="does not reach control 'No such control'"
    ):
        window.keyboard.tab_to("No such control")


@pytest.mark.long
def test_axe_finds_pictures_without_text_and_grey_on_grey(window):
    window.open("action-contacts.action_contacts")
    window.page.evaluate(
        """() => document.querySelector(".o_content").insertAdjacentHTML("afterbegin",
        `<p class="made" style="color:#aaa;background:#ccc">pale
        <img src="/web/static/img/logo.png"></p>`)"""
    )
    with pytest.raises(AssertionError) as raised:
        window.axe(".made")
    for text in ("image-alt (critical)", "color-contrast (serious)", "/logo.png"):
        assert text in str(raised.value)
    with pytest.raises(AssertionError, match="nothing on the page matches .absent"):
        window.axe(".absent")


@pytest.mark.long
def test_invisible_focus_and_errors_of_the_page_are_found(window):
    window.open("action-contacts.action_contacts")
    window.page.evaluate(
        """() => document.querySelector(".o_content").insertAdjacentHTML("afterbegin",
        `<button style="outline:none;border:0" id="hidden_focus">Hidden</button>`)"""
    )
    window.page.locator("#hidden_focus").focus()
    with pytest.raises(AssertionError, match="button 'Hidden' is not visible"):
        window.keyboard.check_focus_is_visible()
    window.page.evaluate("console.error('broken on purpose')")
    window.page.evaluate("fetch('/no/such/page')")
    window.settle()
    window.expect_error("broken on purpose")
    window.expect_error("404")
