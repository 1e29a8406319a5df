# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two Odoos, one with a backend for the other: synchronize and compare them."""
