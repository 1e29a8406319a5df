# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Components Events",
    "summary": "Notify listeners, which are components, of changes of records",
    "version": "19.0.1.0.0",
    "author": "Connector Suite maintainers",
    "website": "https://connector-suite.example",
    "license": "LGPL-3",
    "category": "Generic Modules",
    "depends": ["component"],
}
