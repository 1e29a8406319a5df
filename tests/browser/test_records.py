# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Connectors tab, the list of bindings and the choice of a version."""

import re

import pytest

BINDINGS = "action-connector.connector_bound_record_action"
CONFLICTS = "action-connector.connector_conflict_action"
NAME = "Headquarters of the browser"


def make_backend(env, url, **values):
    """Connect the database with itself: the remote record is another local one."""
    backend = env["odoo.backend"].create(
        {
            "name": NAME,
            "url": url,
            "database": env.cr.dbname,
            "login": "admin",
            "api_key": "admin",
            "state": "checked",
            "sync_partners": "both",
            "conflict_policy": "ask",
            "first_import": "create",
            "user_id": env.ref("base.user_admin").id,
            **values,
        }
    )
    return backend


def make_bound(env, url, name="Ada Lovelace", **remote_values):
    """Bind a contact to another one, which has other values."""
    backend = make_backend(env, url)
    partners = env["res.partner"].with_context(connector_no_export=True)
    values = {"name": name, "phone": "1", "city": "London"}
    local, remote = partners.create([values, {**values, **remote_values}])
    binding = env["odoo.res.partner"].with_context(connector_no_export=True)
    binding = binding.create(
        {
            "backend_id": backend.id,
            "odoo_id": local.id,
            "external_id": str(remote.id),
            "sync_date": "2026-11-29 13:11:00",
            "external_updated_at": "2026-11-29 13:11:00",
        }
    )
    env.cr.precommit.clear()
    return local.id, remote.id, binding.id


def make_conflict(env, url):
    """Both sides changed the phone, the remote side alone the city."""
    ids = make_bound(env, url, phone="+44 remote", city="Paris")
    binding = env["odoo.res.partner"].browse(ids[2])
    binding.odoo_id.with_context(connector_no_export=True).phone = "+44 local"
    rows = env["connector.unconfirmed.field"]
    rows._note({binding: ["phone"]})
    rows._set_in_conflict(rows._find(binding)[binding.id].rows, True, env.user)
    return ids


def make_failing(env, url):
    ids = make_bound(env, url, name="Grace Hopper")
    binding = env["odoo.res.partner"].browse(ids[2])
    env["connector.sync.error"].create(
        {
            "backend_model": "odoo.backend",
            "backend_id": binding.backend_id.id,
            "model_name": binding._name,
            "subject": f"{binding._name} export binding:{binding.id}",
            "direction": "export",
            "binding_id": binding.id,
            "cause": "data",
            "reason": "The phone number is too long",
        }
    )
    row = {
        "model_name": binding._name,
        "binding_id": binding.id,
        "res_model": "res.partner",
        "res_id": ids[0],
        "record_name": "Grace Hopper",
        "direction": "import",
        "outcome": "updated",
    }
    common = {
        "at": "2026-11-28 13:11:00",
        "backend_model": "odoo.backend",
        "backend_id": binding.backend_id.id,
    }
    env["connector.sync.change"]._append(
        [{**row, "changes": {"phone": [str(n), str(n + 1)]}} for n in range(1, 8)],
        common,
    )
    return ids


def make_question(env, url):
    """Two contacts were deleted remotely: a person decides."""
    ids = make_bound(env, url, name="Deleted remotely")
    binding = env["odoo.res.partner"].browse(ids[2])
    run = env["connector.sync.run"]._start(binding.backend_id, binding._name, "removal")
    run._ask("1 of 1 contacts no longer exist in HQ.", binding.ids, 1)
    return run.id, binding.id


def read_kept(env, binding_id):
    return env["odoo.res.partner"].browse(binding_id).is_deleted_remotely


def read_both(env, local_id, remote_id):
    partners = env["res.partner"].browse([local_id, remote_id])
    return [(partner.phone, partner.city) for partner in partners]


def open_tab(window, partner_id):
    window.open(f"res.partner/{partner_id}")
    window.page.get_by_role("tab", name="Connectors").click()
    entry = window.page.get_by_role("region", name=NAME)
    entry.wait_for()
    return entry


@pytest.mark.long
def test_the_tab_shows_the_error_and_the_history(seed, server, open_window):
    partner_id, _remote_id, _binding_id = seed(make_failing, server.url)
    for role, width in (("operator", 1400), ("manager", 390)):
        window = open_window(role, width=width)
        entry = open_tab(window, partner_id)
        entry.get_by_text("Failing", exact=True).wait_for()
        entry.get_by_text("The phone number is too long").wait_for()
        assert entry.locator(".o_connector_change").count() == 5
        entry.get_by_text("Phone: 7 → 8").wait_for()
        is_manager = role == "manager"
        assert entry.get_by_role("button", name="Unbind").count() == is_manager
        window.axe(include=".o_connector_tab")
        window.check_width()
    entry.get_by_role("button", name="All history").click()
    window.page.locator(".o_data_row, .o_kanban_record").nth(6).wait_for()


@pytest.mark.long
def test_a_user_sees_the_tab_without_buttons(seed, server, open_window):
    partner_id, _remote_id, _binding_id = seed(make_bound, server.url)
    window = open_window("user")
    entry = open_tab(window, partner_id)
    entry.get_by_text("In sync").wait_for()
    assert entry.get_by_role("button").count() == 0


@pytest.mark.long
def test_unbinding_asks_and_hides_the_tab(seed, server, window):
    partner_id, _remote_id, _binding_id = seed(make_bound, server.url)
    entry = open_tab(window, partner_id)
    entry.get_by_role("button", name="Unbind").click()
    dialog = window.page.get_by_role("dialog")
    dialog.get_by_text("Both records are kept").wait_for()
    dialog.get_by_role("button", name="Unbind").click()
    entry.wait_for(state="detached")


def test_a_version_is_chosen_by_mouse(seed, server, any_window):
    window = any_window
    local_id, remote_id, _binding_id = seed(make_conflict, server.url)
    entry = open_tab(window, local_id)
    entry.get_by_text("Both sides changed this record: Phone").wait_for()
    entry.get_by_role("button", name="Choose a version").click()
    dialog = window.page.get_by_role("dialog")
    phone = dialog.get_by_role("group", name=re.compile("^Phone"))
    phone.get_by_text("+44 remote").wait_for()
    dialog.get_by_role("group", name=re.compile("^City")).wait_for()
    assert dialog.get_by_role("group", name=re.compile("^Name")).count() == 0
    assert dialog.get_by_role("button", name="Apply selection").is_disabled()
    window.axe(include=".o_connector_conflict")
    window.check_width()
    phone.get_by_text("+44 local").click()
    dialog.get_by_role("button", name="Apply selection").click()
    dialog.wait_for(state="detached")
    window.settle()
    entry.get_by_text("In sync").wait_for(timeout=60_000)
    assert seed(read_both, local_id, remote_id) == [("+44 local", "Paris")] * 2


@pytest.mark.long
def test_a_version_is_chosen_by_keyboard_on_the_page_of_the_activity(
    seed, server, window
):
    local_id, _remote_id, binding_id = seed(make_conflict, server.url)
    page = window.page
    query = f"binding_model=odoo.res.partner&binding_id={binding_id}"
    page.goto(f"{window.url}/odoo/connector_conflict?{query}")
    page.locator(".o_connector_conflict").wait_for()
    window.settle()
    window.keyboard.tab_to("+44", role="radio")
    window.keyboard.press("Space")
    window.keyboard.press("ArrowDown")
    phone = page.get_by_role("group", name=re.compile("^Phone"))
    assert phone.get_by_role("radio").nth(1).is_checked()
    window.keyboard.tab_to("Apply selection", role="button")
    window.keyboard.press("Enter")
    page.locator(".o_form_view").wait_for()
    assert seed(read_both, local_id, local_id)[0] == ("+44 remote", "Paris")


def test_bindings_are_searched_and_filtered(seed, server, any_window):
    window = any_window
    seed(make_failing, server.url)
    window.open(BINDINGS)
    page = window.page
    rows = page.locator(".o_data_row, .o_kanban_record:not(.o_kanban_ghost)")
    rows.filter(has_text="Grace Hopper").wait_for()
    rows.filter(has_text="The phone number is too long").wait_for()
    window.axe()
    window.check_width()
    rows.filter(has_text="Grace Hopper").get_by_text("Grace Hopper").first.click()
    page.locator(".o_form_view").wait_for()
    page.get_by_role("tab", name="Connectors").wait_for()


def test_conflicts_are_listed(seed, server, any_window):
    window = any_window
    seed(make_conflict, server.url)
    window.open(CONFLICTS)
    row = window.page.locator(".o_data_row, .o_kanban_record", has_text="Ada Lovelace")
    row.get_by_role("button", name="Choose a version").click()
    dialog = window.page.get_by_role("dialog")
    dialog.get_by_role("group", name=re.compile("^Phone")).wait_for()
    dialog.get_by_role("button", name="Decide later").click()
    dialog.wait_for(state="detached")
    window.axe()


@pytest.mark.long
def test_contacts_that_are_not_synchronized_are_found(seed, server, window):
    seed(make_bound, server.url)
    window.open("action-contacts.action_contacts")
    page = window.page
    rows = page.locator(".o_data_row", has_text="Ada Lovelace")
    assert rows.count() == 2
    page.locator(".o_searchview_dropdown_toggler").click()
    page.get_by_role("menuitemcheckbox", name=f"Not synchronized with {NAME}").click()
    page.locator(".o_facet_value", has_text="Not synchronized").wait_for()
    window.settle()
    assert rows.count() == 1


@pytest.mark.long
def test_records_that_were_deleted_remotely_are_kept(seed, server, open_window):
    for role, width in (("operator", 1400), ("manager", 390)):
        run_id, binding_id = seed(make_question, server.url)
        window = open_window(role, width=width)
        window.open(f"action-connector.connector_sync_run_action/{run_id}")
        question = window.page.get_by_role("region", name="Needs your decision")
        question.get_by_text("no longer exist in HQ").wait_for()
        question.get_by_role("link", name="Deleted remotely").wait_for()
        question.get_by_role("button", name="Archive 1 contact").wait_for()
        window.axe(include=".o_connector_question")
        window.check_width()
        if width == 1400:
            window.keyboard.tab_to("Keep them", role="button")
            window.keyboard.press("Enter")
        else:
            question.get_by_role("button", name="Keep them").click()
        question.wait_for(state="detached")
        assert seed(read_kept, binding_id)
