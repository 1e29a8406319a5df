# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The settings, under their documented import path."""

from ._config import OdooConfig, get_config

__all__ = ["OdooConfig", "get_config"]
