# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From a real Odoo 14, with its demo data, into an Odoo 19, by jobs."""

import os
from dataclasses import replace

import pytest
from devtools.environment import Environment
from two_odoos.compared_models import COMPARED_MODELS
from two_odoos.databases import SourceDatabase, TargetDatabase
from two_odoos.odoo_14 import ensure_odoo_14
from two_odoos.report import find_problems
from two_odoos.scenario import running_scenario

pytestmark = pytest.mark.long

SALE_CONNECTOR = "connector_odoo_sale"
ALL = {"active_test": False}

#: other compared fields, which are the same in Odoo 14
MORE_FIELDS = {
    "product.attribute": ("sequence",),
    "product.template": ("default_code", "barcode", "weight", "image_1920"),
    "product.product": ("image_variant_1920",),
    "sale.order": ("amount_untaxed",),
    "sale.order.line": ("sequence", "display_type", "price_subtotal"),
}
MORE_RELATIONS = {
    "sale.order": {
        "partner_invoice_id": "res.partner",
        "partner_shipping_id": "res.partner",
        "order_line": "sale.order.line",
    }
}
MORE_TEXTS = {"sale.order": ("note",)}


def with_more(model):
    return replace(
        model,
        plain=(*model.plain, *MORE_FIELDS.get(model.name, ())),
        imported={**model.imported, **MORE_RELATIONS.get(model.name, {})},
        texts=(*model.texts, *MORE_TEXTS.get(model.name, ())),
    )


EVERY_MODEL = tuple(map(with_more, COMPARED_MODELS))


@pytest.fixture(scope="module")
def scenario():
    """An Odoo 14 and an Odoo 19, and a backend that imports everything."""
    environment = Environment.current()
    source = SourceDatabase(
        ensure_odoo_14(environment),
        f"source14_{os.getpid()}",
        [SALE_CONNECTOR, "stock"],
    )
    target = TargetDatabase(environment, f"target14_{os.getpid()}", [SALE_CONNECTOR])
    try:
        with running_scenario(environment, source, target) as running:
            choices = ("sync_partners", "sync_products", "sync_sales")
            everything = {"export_new": False, **dict.fromkeys(choices, "import")}
            ids = [running.backend_id]
            running.target.client.write("odoo.backend", ids, everything)
            yield running
    finally:
        source.drop()
        target.drop()


@pytest.fixture(scope="module")
def first_import(scenario):
    return scenario.import_now()


def test_the_older_protocol_is_found(scenario):
    assert scenario.source.client.is_json2 is False
    assert scenario.source.server.url in scenario.check_connection()


def test_every_record_of_the_source_is_bound(scenario, first_import):
    assert find_problems(first_import.runs, first_import.failures) == []
    for run in first_import.runs:
        told = run["created_count"] + run["unchanged_count"] + run["updated_count"]
        assert (told, run["failed_count"]) == (run["found_count"], 0), run


@pytest.mark.parametrize("model", EVERY_MODEL, ids=lambda model: model.name)
def test_target_equals_the_source(scenario, first_import, model):
    _count, differences = scenario.compare(EVERY_MODEL)
    told = [str(one)[:300] for one in differences if one.model == model.name]
    assert not told, "\n".join(told)


def test_second_import_finds_everything_unchanged(scenario, first_import):
    result = scenario.import_now()
    assert find_problems(result.runs, result.failures) == []
    for run in result.runs:
        assert run["unchanged_count"] == run["found_count"], run
