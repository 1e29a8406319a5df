# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .._client import AsyncOdooClient

__all__ = ["AsyncOdooClient"]
