# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""External ids that stand for another record: merged records, and reused ids.

Where two bound records are merged in Odoo, one binding stays, linked to one external
record; the *alias* of the other one keeps the version of its last import. Either
updates the record in Odoo, but only when it changed itself: the latest change wins, and
two external records that differ do not overwrite each other at every import.

A backend that was restored from a backup may give an id to another record. A binding
keeps when its external record was created, which never changes: imports, exports and
deletions compare it.
"""

from __future__ import annotations

from typing import Any

from odoo import models

from ...exception import ReusedExternalId
from ...outcome import Outcome
from ...timestamps import creation_time, is_other_record, last_change, version_of
from ..binder import ALIAS_FLAG
from .items import ImportItem
from .kept_deleted import skip_kept

CREATED_AT = "external_created_at"


def find_aliases(hooks: Any, items: list[ImportItem]) -> None:
    """Find the aliases of items whose binding has another external id."""
    name = hooks.binder._external_field
    has_flag = ALIAS_FLAG in hooks.model._fields
    merged = {
        item.key: item
        for item in items
        if item.binding[ALIAS_FLAG if has_flag else name]
    }
    model_name = hooks.model._name
    for alias in _alias_model(hooks)._find(hooks.backend_record, model_name, merged):
        merged[alias.external_id].alias = alias


def handle_missing_record(hooks: Any, item: ImportItem) -> Outcome | None:
    """Return the outcome of a record that was deleted remotely, if merged.

    The record in Odoo stays. Where the external record of the binding was deleted,
    the binding is linked to a merged one.
    """
    if item.alias:
        item.alias.is_gone = True
        return Outcome.SKIPPED
    if not item.binding or hooks._missing_record_policy == "skip":
        return None
    if kept := skip_kept(hooks, item):
        return kept
    name = hooks.binder._external_field
    return (
        Outcome.UPDATED if _alias_model(hooks)._take_over(item.binding, name) else None
    )


def is_alias_uptodate(hooks: Any, item: ImportItem) -> bool:
    """Return whether a merged record did not change since its last import."""
    updated_at = last_change(hooks._external_updated_at())
    return bool(updated_at) and item.alias.external_updated_at == updated_at


def note_alias_version(hooks: Any, item: ImportItem) -> None:
    """Keep which version of a merged record was imported."""
    updated_at = last_change(hooks._external_updated_at())
    item.alias.write(
        {
            "external_updated_at": updated_at
            and version_of(updated_at, item.read_at or updated_at),
            "external_fingerprint": item.fingerprint,
            "is_gone": False,
        }
    )


def _alias_model(hooks: Any) -> models.BaseModel:
    return hooks.env["connector.external.alias"].sudo()


def check_is_same_record(
    binding: models.BaseModel, external_id: Any, created_at: Any
) -> None:
    """Refuse an external record that was created at another time than the bound one.

    :param created_at: of the external record, as the backend writes it
    :raise ReusedExternalId: saying what a person has to decide, and where
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
