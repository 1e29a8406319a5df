# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the commands do, by the groups of the command line."""

from . import any_model, configuration, namespaces, records
from .common import connected

__all__ = ["any_model", "configuration", "connected", "namespaces", "records"]
