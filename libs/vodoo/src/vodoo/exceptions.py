# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The errors under the name of their published module."""

from .errors import *  # noqa: F403
