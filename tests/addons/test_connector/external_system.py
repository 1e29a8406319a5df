# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import models

from odoo.addons.connector.testing import FakeSystem

_systems: dict[tuple[str, int], FakeSystem] = {}


def external_system(backend: models.BaseModel) -> FakeSystem:
    """Return the system that a backend is connected to, the same one forever."""
    return _systems.setdefault((backend.env.cr.dbname, backend.id), FakeSystem())
