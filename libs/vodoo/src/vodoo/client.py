# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The clients, under their documented import path."""

from ._client import AsyncOdooClient, OdooClient

__all__ = ["AsyncOdooClient", "OdooClient"]
