# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The case ``rest``: an import from a server whose pages hold whole records."""

from .command import main
