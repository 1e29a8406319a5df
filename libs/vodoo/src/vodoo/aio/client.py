# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The async client, under its documented import path."""

from .._client import AsyncOdooClient

__all__ = ["AsyncOdooClient"]
