# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs, batches and the history of records, by mouse and by keyboard."""

import time

import pytest

RUNS = "action-connector.connector_sync_run_action"
BATCHES = "action-connector.connector_sync_batch_action"
HISTORY = "action-connector.connector_sync_change_action"
PARTNER = "odoo.res.partner"
WIDTHS = [1400, pytest.param(390, marks=pytest.mark.long)]


def make_run(env):
    """Create a run with records of each outcome; return its id."""
    backend = env["odoo.backend"].create(
        {
            "name": "Shop of the runs",
            "url": "http://127.0.0.1:9",
            "database": "none",
            "login": "x",
        }
    )
    batch = env["connector.sync.batch"]._start(backend, "changes", 5)
    run = env["connector.sync.run"]._start(backend, PARTNER, batch_id=batch.id)
    partner = env.ref("base.main_partner")
    rows = [
        {
            "model_name": PARTNER,
            "direction": "import",
            "outcome": outcome,
            "external_id": str(number),
            "record_name": f"{name} {number}",
            "res_model": "res.partner",
            "res_id": partner.id,
            "changes": changes,
            "reason": reason,
        }
        for number, (outcome, name, changes, reason) in enumerate(
            [
                ("created", "Agrolait", None, None),
                ("updated", "Ada", {"name": ["Ada", "Eva"]}, None),
                ("skipped", "Bob", None, "The local version is kept."),
                ("failed", "Pallet", None, 'Unit of measure "Pallet of 48" is missing'),
            ]
            + [("updated", "Bulk", {"email": [None, "a@b.c"]}, None)] * 60
        )
    ]
    common = {
        "at": "2026-11-29 13:11:00",
        "run_id": run.id,
        "backend_model": backend._name,
        "backend_id": backend.id,
        "user_id": env.uid,
    }
    env["connector.sync.change"]._append(rows, common)
    run._set_found(64)
    counts = {"created": 1, "updated": 61, "skipped": 1, "failed": 1}
    run._note_outcome(counts, time.time() - 305)
    return run.id, batch.id


@pytest.mark.parametrize("width", WIDTHS)
def test_a_run_lists_its_records_and_filters_them(seed, open_window, width):
    run_id, _batch_id = seed(make_run)
    window = open_window("manager", width=width)
    page = window.page
    window.open(f"{RUNS}/{run_id}")
    page.get_by_text("1 of 64 failed").first.wait_for()
    records = page.locator(".o_connector_run_records")
    records.get_by_text("Bulk 63").first.wait_for()
    assert "5 min 5 s" in page.locator("[name=duration_text]").inner_text()
    records.get_by_role("button", name="Failed 1").click()
    records.get_by_text("Pallet of 48").first.wait_for()
    assert not records.get_by_text("Bulk 63").count()
    records.get_by_role("button", name="Created 1").click()
    records.get_by_text("Agrolait 0").first.wait_for()
    window.check_width()
    window.axe(".o_connector_run_records [role=group]")
    tabs = page.locator(".o_notebook_headers .nav-link").all_inner_texts()
    assert (tabs[0], tabs[-1]) == ("Records", "Jobs")


@pytest.mark.long
def test_the_records_of_a_run_are_searched(seed, open_window):
    run_id, _batch_id = seed(make_run)
    window = open_window("manager")
    page = window.page
    window.open(f"{RUNS}/{run_id}")
    records = page.locator(".o_connector_run_records")
    records.get_by_text("Bulk 63").first.wait_for()
    search = records.locator(".o_searchview_input")
    search.fill("Ada")
    search.press("Enter")
    records.get_by_text("Ada 1").first.wait_for()
    records.get_by_text("Name: Ada → Eva").first.wait_for()
    assert not records.get_by_text("Bulk 63").count()


@pytest.mark.long
def test_the_filter_of_a_run_is_reached_by_keyboard(seed, open_window):
    run_id, _batch_id = seed(make_run)
    window = open_window("manager")
    window.open(f"{RUNS}/{run_id}")
    records = window.page.locator(".o_connector_run_records")
    records.get_by_text("Bulk 63").first.wait_for()
    window.keyboard.tab_to("Skipped 1", role="button")
    window.keyboard.press("Enter")
    records.get_by_text("The local version is kept.").first.wait_for()


@pytest.mark.long
def test_a_number_opens_its_records_and_no_sample(seed, open_window):
    run_id, _batch_id = seed(make_run)
    window = open_window("manager")
    page = window.page
    window.open(f"{RUNS}/{run_id}")
    page.locator(".oe_stat_button", has_text="Failed").click()
    page.get_by_text("Pallet of 48").first.wait_for()
    assert not page.locator(".o_view_sample_data").count()


@pytest.mark.parametrize("width", WIDTHS)
def test_lists_of_batches_runs_and_history(seed, open_window, width):
    _run_id, batch_id = seed(make_run)
    window = open_window("manager", width=width)
    page = window.page
    for path, text in (
        (BATCHES, "Checked models: 5"),
        (RUNS, "Done with failures"),
        (HISTORY, "Bulk 63"),
        (f"{BATCHES}/{batch_id}", "Checked models: 5"),
    ):
        window.open(path)
        page.get_by_text(text).first.wait_for()
        window.check_width()
