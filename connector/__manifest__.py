# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Connector",
    "summary": "Backends, bindings, mappers and synchronizers: "
    "what a connector to another system is made of",
    "version": "19.0.1.0.0",
    "author": "Connector Suite maintainers",
    "website": "https://connector-suite.example",
    "license": "LGPL-3",
    "category": "Connector",
    "depends": ["mail", "queue_job", "component", "component_event"],
    "data": [
        "security/connector_groups.xml",
        "security/ir.model.access.csv",
        "security/component_access.xml",
        "security/connector_rules.xml",
        "data/queue_job_channels.xml",
        "data/queue_job_functions.xml",
        "data/ir_cron.xml",
        "views/connector_menus.xml",
        "views/component_views.xml",
        "views/connector_cursor_views.xml",
        "views/connector_export_receipt_views.xml",
        "views/connector_dashboard_views.xml",
        "views/connector_sync_run_views.xml",
        "views/connector_dry_run_views.xml",
        "views/res_partner_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["connector/static/src/**/*"],
        "web.assets_unit_tests": ["connector/static/tests/**/*.test.js"],
    },
    "application": True,
}
