# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Refuse to load on addons of another project: see ``component/_origin.py``."""

from odoo.addons import component

try:
    from odoo.addons.component._origin import check_addons
except ModuleNotFoundError as error:
    raise ImportError(
        "component_event needs the addon component of odoo-connector-suite. Odoo found "
        f"{component.__path__[0]}, of another project, first. Uninstall it or remove "
        "it from the addons path, or put the folder of odoo-connector-suite before it: "
        "see docs/how_to/install.rst."
    ) from error

check_addons("component_event", "component")
