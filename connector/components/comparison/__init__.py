# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compare what is imported with what a record holds."""
