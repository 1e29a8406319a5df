# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names of records and models in the descriptions of jobs and in messages."""

from __future__ import annotations

from typing import Any

from odoo import models

from ..binding_models import wrapped_model


def name_of_model(model: models.BaseModel) -> str:
    """Return the description of the wrapped model, or of a binding that wraps none."""
    return model.env[wrapped_model(model.env, model._name)]._description


def name_of_record(name: str | None, external_id: Any) -> str:
    """Return ``"Concrete blocks" (ID 39)``, or the id where no name is known."""
    return f'"{name}" (ID {external_id})' if name else str(external_id)
