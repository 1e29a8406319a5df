# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Benchmark of REST imports: this suite",
    "summary": "A connector to the service of the benchmark",
    "version": "19.0.1.0.0",
    "author": "Connector Suite maintainers",
    "website": "https://connector-suite.example",
    "license": "LGPL-3",
    "category": "Hidden/Tests",
    "depends": ["contacts", "connector"],
    "data": ["security/ir.model.access.csv"],
    "installable": True,
}
