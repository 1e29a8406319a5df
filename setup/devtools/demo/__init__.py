# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import the contacts of one Odoo into another, and see that all arrived."""
