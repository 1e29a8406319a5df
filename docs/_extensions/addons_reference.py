# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Let autodoc read the addons: no database is needed to import them."""

import os


def make_addons_importable():
    # Imported late: Odoo registers directives of docutils that Sphinx has to own.
    import odoo
    from odoo.modules.module import initialize_sys_path

    odoo.tools.config.parse_config(["--config", os.environ["CONNECTOR_ODOO_CONFIG"]])
    initialize_sys_path()


def setup(app):
    make_addons_importable()
    return {"parallel_read_safe": True, "parallel_write_safe": True}
