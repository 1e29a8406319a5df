# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an address of another Odoo may be: see :mod:`odoo.addons.connector.web_address`."""

from odoo.addons.connector.web_address import Server, find_server

__all__ = ["Server", "find_server"]
