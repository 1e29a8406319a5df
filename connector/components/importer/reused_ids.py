# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Refuse an external record that is not the one that was bound.

A backend that was restored from a backup gives the ids that it gave after the backup
once more, to other records. What both sides know of a record, and what never changes,
is when it was created: the binding keeps it, and every import, export and deletion
that reads it compares.
"""

from __future__ import annotations

from typing import Any

from odoo import models

from ...exception import ReusedExternalId
from ...timestamps import last_change

CREATED_AT = "external_created_at"


def creation_time(created_at: Any) -> Any:
    """Return the time of creation as bindings keep it, None if it is not known."""
    moment = last_change(created_at)
    return moment and moment.replace(microsecond=0)


def is_other_record(known_at: Any, created_at: Any) -> bool:
    """Return whether two times of creation are known and differ."""
    known, created = creation_time(known_at or None), creation_time(created_at or None)
    return bool(known and created and known != created)


def check_is_same_record(
    binding: models.BaseModel, external_id: Any, created_at: Any
) -> None:
    """Refuse an external record that was created at another time than the bound one.

    :param created_at: of the external record, as the backend tells it
    :raise ReusedExternalId: telling a person what to decide, and how
    """
    if not created_at or CREATED_AT not in binding._fields:
        return
    known_at = binding[CREATED_AT]
    if not is_other_record(known_at, created_at):
        return
    backend = binding.backend_id.display_name
    raise ReusedExternalId(
        f"{binding._description} {external_id} of {backend} was created at "
        f"{creation_time(created_at)} (UTC), but the record that is bound to "
        f"{binding.display_name} ({binding._name} {binding.id}) was created at "
        f"{known_at}: {backend} was probably restored from a backup, and has given the "
        "id to another record. Nothing was changed. Open the binding: unbind it if the "
        'other record is another one, or say "Same record" to go on with it.'
    )
