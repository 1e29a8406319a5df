# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The field of a form by which a secret is set, and never read."""

from __future__ import annotations

from typing import Any

from odoo import api, fields, models

MASK = "********"


def secret_input(secret_field: str, **attributes: Any) -> fields.Char:
    """Return a field that tells whether there is a secret, and takes a new one.

    The secret itself is in a field that no group may read::

        token = fields.Char(groups=NO_ACCESS, copy=False)
        new_token = secret_input("token", string="Token")

    Saved as it is shown, or empty, it keeps the secret.
    """

    @api.depends(secret_field)
    def show(records: models.BaseModel) -> None:
        for record in records:
            record[field.name] = MASK if record.sudo()[secret_field] else False

    def keep(records: models.BaseModel) -> None:
        for record in records:
            given = record[field.name]
            if given and set(given) != set(MASK):
                record.sudo()[secret_field] = given
        records.invalidate_recordset([field.name], flush=False)

    field = fields.Char(compute=show, inverse=keep, **attributes)
    return field
