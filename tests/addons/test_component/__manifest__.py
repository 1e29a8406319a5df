# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Components on Real Models (tests)",
    "summary": "Test the addon component with a collection that is a table",
    "version": "19.0.1.0.0",
    "author": "Connector Suite maintainers",
    "website": "https://connector-suite.example",
    "license": "LGPL-3",
    "category": "Hidden",
    "depends": ["component"],
    "data": ["security/ir.model.access.csv"],
}
