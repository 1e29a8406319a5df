# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Shop Connector",
    "summary": "The minimal connector of the README, installed by its test only",
    "version": "19.0.1.0.0",
    "author": "Connector Suite maintainers",
    "website": "https://connector-suite.example",
    "license": "LGPL-3",
    "category": "Hidden",
    "depends": ["connector"],
    "data": ["security/ir.model.access.csv"],
}
