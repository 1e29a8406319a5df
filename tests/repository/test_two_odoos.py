# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Comparison and messages of ./dev demo."""

import pytest
from two_odoos.compared_models import ComparedModel
from two_odoos.comparison import find_differences, translate
from two_odoos.jobs import are_all_settled, describe_states
from two_odoos.report import explain_skipped, find_problems
from two_odoos.source_records import partner_values

MODEL = ComparedModel(
    "res.partner",
    plain=("name",),
    imported={"parent_id": "res.partner", "category_id": "category"},
    known={"country_id": "res.country"},
)


def test_relations_are_compared_by_the_ids_of_the_source():
    row = {"name": "A", "parent_id": 7, "category_id": [5, 4], "country_id": 2}
    values = translate(
        row,
        MODEL,
        {"res.partner": {7: 70}, "category": {4: 41, 5: 40}},
        {"res.country": {2: "BE"}},
    )
    assert values == {
        "name": "A",
        "parent_id": 70,
        "category_id": [40, 41],
        "country_id": "BE",
    }


def test_relation_to_a_missing_record_differs_from_any_id():
    row = {"name": "A", "parent_id": 7, "category_id": [], "country_id": False}
    values = translate(row, MODEL, {"res.partner": {}, "category": {}}, {})
    assert values["parent_id"] == -7
    assert values["country_id"] is False


def test_differences_are_values_and_records():
    source = {1: {"name": "A"}, 2: {"name": "B"}}
    target = {1: {"name": "Z"}, 3: {"name": "C"}}
    told = [(d.external_id, d.field) for d in find_differences("m", source, target)]
    assert told == [(1, "name"), (2, "record"), (3, "record")]
    assert find_differences("m", source, source) == []


def test_jobs_are_waited_for_until_all_are_settled():
    assert not are_all_settled({})
    assert not are_all_settled({"done": 2, "pending": 1})
    assert are_all_settled({"done": 2, "failed": 1})
    assert describe_states({"done": 2, "pending": 1, "started": 3}) == (
        "1 pending, 3 started"
    )


@pytest.mark.parametrize(
    "run, problem",
    [
        ({"state": "failed", "found_count": 3}, "is failed"),
        ({"state": "running", "found_count": 3}, "is running"),
        ({"state": "done", "found_count": 0}, "nothing was found"),
    ],
)
def test_failed_import_is_reported(run, problem):
    (found,) = find_problems([{"model_name": "m", **run}], [])
    assert problem in found


def test_import_without_runs_is_a_failure():
    assert find_problems([], []) == ["no run was recorded"]
    assert find_problems([], ["x: y"])[0] == "job failed: x: y"


def test_skipped_products_are_explained():
    run = {"model_name": "odoo.product.template", "skipped_count": 1}
    assert "combo" in explain_skipped([run])
    assert explain_skipped([{**run, "skipped_count": 0}]) == ""


def test_extra_contacts_have_different_references():
    refs = {partner_values(number, 1, 1)["ref"] for number in range(100)}
    assert len(refs) == 100
