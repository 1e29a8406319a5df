# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Odoo Connector",
    "summary": "Synchronize records with another Odoo",
    "version": "19.0.1.0.0",
    "author": "Connector Suite maintainers",
    "website": "https://connector-suite.example",
    "license": "LGPL-3",
    "category": "Connector",
    "depends": ["connector", "product"],
    "external_dependencies": {"python": ["connector-suite-vodoo"]},
    "data": [
        "views/odoo_backend_views.xml",
    ],
}
