# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev demo [--records N] [--source SERIES] [--fresh] [--serve]"""

from two_odoos.command import main

__all__ = ["main"]
