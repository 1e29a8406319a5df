# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Benchmark of the synchronization: floor",
    "summary": "The least that an import could do",
    "version": "19.0.1.0.0",
    "author": "Connector Suite maintainers",
    "website": "https://connector-suite.example",
    "license": "LGPL-3",
    "category": "Hidden/Tests",
    "depends": ["contacts", "queue_job"],
    "installable": True,
}
