# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two real Odoos, what goes wrong between and inside them, and what must hold."""
