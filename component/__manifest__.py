# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Components",
    "summary": "Find the right class for a task, by collection, usage and model",
    "version": "19.0.1.0.0",
    "author": "Connector Suite maintainers",
    "website": "https://connector-suite.example",
    "license": "LGPL-3",
    "category": "Generic Modules",
    "depends": ["base"],
}
