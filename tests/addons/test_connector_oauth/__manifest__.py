# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Test Connector OAuth",
    "summary": "A connector to a provider of access by OAuth 2.0",
    "version": "19.0.1.0.0",
    "author": "Connector Suite maintainers",
    "website": "https://connector-suite.example",
    "license": "LGPL-3",
    "category": "Hidden/Tests",
    "depends": ["connector"],
    "data": ["views/backend_views.xml"],
    "installable": True,
}
