# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The folders with addons, and with templates of them."""

from pathlib import Path

CLONE = Path(__file__).parents[2]
FOLDERS = (
    "component",
    "component_event",
    "connector",
    "connector_odoo",
    "connector_odoo_sale",
    "examples",
    "setup/templates",
    "tests/addons",
)
