# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The case ``sync``: an import from another Odoo, through real jobs."""

from .command import main
