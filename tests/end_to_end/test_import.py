# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From one Odoo to another, by jobs that real workers run."""

import pytest
import vodoo
from two_odoos.edits import edit_records
from two_odoos.jobs import (
    count_states,
    describe_failures,
    last_job_id,
    wait_for_jobs,
)
from two_odoos.report import find_problems

PARTNERS = "odoo.res.partner"


def run_of(result, model_name):
    return next(run for run in result.runs if run["model_name"] == model_name)


def counts(run):
    return {
        name: run[f"{name}_count"]
        for name in ("created", "updated", "unchanged", "skipped", "failed")
        if run[f"{name}_count"]
    }


def test_button_says_that_the_source_can_be_reached(scenario):
    assert scenario.source.server.url in scenario.check_connection()


def test_first_import_creates_every_record_once(scenario, first_import):
    assert find_problems(first_import.runs, first_import.failures) == []
    for run in first_import.runs:
        # A job that needs a record, running at the same time, may bring it along: the
        # run of this model finds it unchanged. Combos are skipped.
        told = counts(run)
        assert set(told) <= {"created", "unchanged", "skipped"}
        assert sum(told.values()) == run["found_count"]
        bound = scenario.target.client.execute(
            run["model_name"], "search_count", [], context={"active_test": False}
        )
        assert bound == run["found_count"] - run["skipped_count"]


def test_target_equals_the_source_field_by_field(imported):
    value_count, differences = imported.compare()
    assert differences == []
    assert value_count > 500


def test_second_import_finds_everything_unchanged(imported):
    result = imported.import_now()
    assert find_problems(result.runs, result.failures) == []
    for run in result.runs:
        unchanged = run["found_count"] - run["skipped_count"]
        assert run["unchanged_count"] == unchanged


def test_record_changed_in_the_source_is_the_only_one_updated(imported):
    client = imported.source.client
    (partner_id,) = client.execute(
        "res.partner", "search", [("parent_id", "!=", False)], limit=1
    )
    client.execute("res.partner", "write", [partner_id], {"phone": "+32 470 00 00 00"})

    result = imported.import_now()

    run = run_of(result, PARTNERS)
    assert counts(run) == {"updated": 1, "unchanged": run["found_count"] - 1}
    assert imported.compare()[1] == []


def test_record_made_in_the_source_is_the_only_one_created(imported):
    client = imported.source.client
    (parent_id,) = client.execute(
        "res.partner", "search", [("is_company", "=", True)], limit=1
    )
    values = {"name": "Someone New", "parent_id": parent_id}
    client.execute("res.partner", "create", [values])

    result = imported.import_now()

    run = run_of(result, PARTNERS)
    assert counts(run)["created"] == 1
    assert "failed" not in counts(run)
    assert imported.compare()[1] == []


@pytest.mark.parametrize("field, value", [("city", "Elsewhere"), ("parent_id", False)])
def test_comparison_tells_a_value_that_differs(imported, field, value):
    client = imported.target.client
    (partner,) = client.execute(
        "odoo.res.partner",
        "search_read",
        [("parent_id", "!=", False), (field, "!=", value)],
        fields=["odoo_id", "external_id", field],
        limit=1,
        load=None,
    )
    silent = {"connector_no_export": True}

    def write(values):
        ids = [partner["odoo_id"]]
        client.execute("res.partner", "write", ids, values, context=silent)

    write({field: value})
    try:
        _value_count, differences = imported.compare()
    finally:
        write({field: partner[field]})
    told = {(d.external_id, d.field) for d in differences}
    assert (int(partner["external_id"]), field) in told


def test_edits_in_the_target_arrive_in_the_source(imported):
    result = imported.edit_here()
    assert result.failures == []
    assert imported.compare()[1] == []


def test_exported_records_are_not_imported_again(imported):
    imported.edit_here()
    result = imported.import_now()
    assert find_problems(result.runs, result.failures) == []
    for run in result.runs:
        assert not {"created", "updated"} & set(counts(run)), run["model_name"]


def test_a_paused_backend_gets_what_was_edited_once_it_is_resumed(imported):
    client, ids = imported.target.client, [imported.backend_id]
    databases, name = imported.databases, imported.target.database.name
    last_job = last_job_id(databases, name)
    client.execute("odoo.backend", "button_pause", ids)
    try:
        assert edit_records(client, imported.backend_id)
        assert not count_states(databases, name, last_job)
        assert imported.compare()[1] != []
        with pytest.raises(vodoo.VodooError, match="is paused"):
            client.execute("odoo.backend", "button_import_now", ids)
    finally:
        client.execute("odoo.backend", "button_resume", ids)
    wait_for_jobs(databases, name, last_job, imported.check_alive)
    assert describe_failures(databases, name, last_job) == []
    assert imported.compare()[1] == []
