# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Odoo Connector: Brands",
    "summary": "The model of docs/connector_odoo.rst, installed by its test only",
    "version": "19.0.1.0.0",
    "author": "Connector Suite maintainers",
    "website": "https://connector-suite.example",
    "license": "LGPL-3",
    "category": "Hidden",
    "depends": ["connector_odoo"],
    "data": ["security/ir.model.access.csv"],
}
