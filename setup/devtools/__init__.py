# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The development environment and the commands of ./dev.

`bootstrap` and what it imports need nothing but Python's standard library: they
fetch Odoo and make the virtual environment. The commands run inside it.
"""
