# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Test Connector: Export",
    "summary": "A connector to a system of files: exports are tested on it",
    "version": "19.0.1.0.0",
    "author": "Connector Suite maintainers",
    "website": "https://connector-suite.example",
    "license": "LGPL-3",
    "category": "Hidden/Tests",
    "depends": ["connector"],
    "data": ["security/ir.model.access.csv", "views/backend_views.xml"],
    "installable": True,
}
