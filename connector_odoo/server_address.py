# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an address of another Odoo may be: that of a server, as of any backend."""

from odoo.addons.connector.servers import Server, find_server

__all__ = ["Server", "find_server"]
