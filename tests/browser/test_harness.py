# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tools of the browser tests find faults of a screen."""

import time
from contextlib import closing
from threading import Thread

import psycopg2
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


def test_deletion_lets_a_job_end_that_waits_for_a_deleted_row(database):
    """A job that is postponed holds locks, and writes in a second transaction."""
    tables = {"res_bank": "res.bank", "res_partner_industry": "res.partner.industry"}
    first, second = (psycopg2.connect(dbname=database.name) for _ in range(2))
    # Tables are emptied in this order.
    deleted, locked = (table for table in database._last_ids() if table in tables)
    problems = []

    def end_job():
        with closing(first), closing(second):
            with second.cursor() as cursor:
                while not count_waiting(cursor, first.info.backend_pid):
                    time.sleep(0.05)
                cursor.execute("SET statement_timeout = '20s'")
                try:
                    cursor.execute(f"UPDATE {deleted} SET write_date = now()")
                except psycopg2.Error as error:
                    problems.append(error)

    with database.restored() as restoring:
        for model in tables.values():
            restoring.call(lambda env, name: env[name].create({"name": NAME}), model)
        first.cursor().execute(f"SELECT id FROM {locked} FOR UPDATE")
        thread = Thread(target=end_job)
        thread.start()
    thread.join()
    assert problems == []
    assert database.call(lambda env: env["res.bank"].search_count([])) == 0


def count_waiting(cursor, pid):
    """Return the number of sessions that wait for another one."""
    cursor.execute(
        "SELECT count(*) FROM pg_locks l WHERE NOT l.granted "
        "AND %s = ANY(pg_blocking_pids(l.pid))",
        (pid,),
    )
    return cursor.fetchone()[0]


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
