# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From a real Odoo 14, with its demo data, into an Odoo 19, by jobs."""

import os

import pytest
from devtools.demo.compared_models import CONTACT_MODELS, ComparedModel
from devtools.demo.databases import SourceDatabase, TargetDatabase
from devtools.demo.report import find_problems
from devtools.demo.scenario import running_scenario
from devtools.environment import Environment
from devtools.odoo_14 import ensure_odoo_14

pytestmark = pytest.mark.long

SALE_CONNECTOR = "connector_odoo_sale"
ALL = {"active_test": False}

PRODUCT_MODELS = (
    ComparedModel(
        name="product.category",
        plain=("name",),
        imported={"parent_id": "product.category"},
    ),
    ComparedModel(
        name="product.attribute",
        plain=("name", "sequence", "create_variant", "display_type"),
    ),
    ComparedModel(
        name="product.attribute.value",
        plain=("name", "html_color", "is_custom"),
        imported={"attribute_id": "product.attribute"},
    ),
    ComparedModel(
        name="product.template",
        plain=(
            *("name", "active", "sale_ok", "purchase_ok", "description_sale"),
            *("list_price", "default_code", "barcode", "weight", "image_1920"),
        ),
        imported={"categ_id": "product.category"},
        known={"uom_id": "uom.uom"},
    ),
    ComparedModel(
        name="product.template.attribute.line",
        plain=(),
        imported={
            "product_tmpl_id": "product.template",
            "attribute_id": "product.attribute",
            "value_ids": "product.attribute.value",
        },
        binding="odoo.product.attribute.line",
    ),
    ComparedModel(
        name="product.product",
        plain=(
            *("default_code", "barcode", "active", "standard_price", "weight"),
            *("volume", "lst_price", "image_variant_1920"),
        ),
        imported={"product_tmpl_id": "product.template"},
    ),
)
SALE_MODELS = (
    ComparedModel(
        name="sale.order",
        plain=("client_order_ref", "date_order", "amount_untaxed"),
        imported={
            "partner_id": "res.partner",
            "partner_invoice_id": "res.partner",
            "partner_shipping_id": "res.partner",
            "order_line": "sale.order.line",
        },
        texts=("note",),
    ),
    ComparedModel(
        name="sale.order.line",
        plain=(
            *("name", "sequence", "display_type", "product_uom_qty"),
            *("price_unit", "discount", "price_subtotal"),
        ),
        imported={"order_id": "sale.order", "product_id": "product.product"},
    ),
)
EVERY_MODEL = (*CONTACT_MODELS, *PRODUCT_MODELS, *SALE_MODELS)


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
def test_what_landed_equals_the_source(scenario, first_import, model):
    _count, differences = scenario.compare(EVERY_MODEL)
    told = [str(one)[:300] for one in differences if one.model == model.name]
    assert not told, "\n".join(told)


def test_second_import_finds_everything_unchanged(scenario, first_import):
    result = scenario.import_now()
    assert find_problems(result.runs, result.failures) == []
    for run in result.runs:
        assert run["unchanged_count"] == run["found_count"], run
