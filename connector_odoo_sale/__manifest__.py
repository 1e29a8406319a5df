# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Odoo Connector: Sales",
    "summary": "Import the sale orders of another Odoo",
    "version": "19.0.1.0.0",
    "author": "Connector Suite maintainers",
    "website": "https://connector-suite.example",
    "license": "LGPL-3",
    "category": "Connector",
    "depends": ["connector_odoo", "sale"],
    "data": [
        "views/odoo_backend_views.xml",
    ],
}
