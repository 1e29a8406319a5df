# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The screens of operations with a million outcomes and 10,000 open errors."""

from .command import main

__all__ = ["main"]
