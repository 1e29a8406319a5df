# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records that a user has kept although their external records were deleted.

See ``models/deletion_question.py``.
"""

from __future__ import annotations

from typing import Any

from odoo import models
from odoo.tools import split_every

from ...outcome import Outcome
from .items import ImportItem

#: field of bindings that are kept
KEPT_DELETED = "is_deleted_remotely"


def is_kept(binding: models.BaseModel) -> bool:
    """Return whether a user has kept the record."""
    return KEPT_DELETED in binding._fields and bool(binding[KEPT_DELETED])


def skip_kept(hooks: Any, item: ImportItem) -> Outcome | None:
    """Return the outcome of a record that is still missing, None if it is not kept."""
    if not item.binding or not is_kept(item.binding):
        return None
    item.note = hooks.env._(
        "%(record)s was deleted in %(backend)s and is kept",
        record=item.binding.display_name,
        backend=hooks.backend_record.display_name,
    )
    return Outcome.SKIPPED


def note_returned(finder: Any) -> None:
    """Remove the mark of kept records that the backend has again."""
    model, binder = finder.model, finder.binder
    if KEPT_DELETED not in model._fields:
        return
    kept = model.with_context(active_test=False).search(
        [
            (binder._backend_field, "=", finder.backend_record.id),
            (KEPT_DELETED, "=", True),
        ]
    )
    for ids in split_every(finder._page_size, kept.ids, list):
        bindings = model.browse(ids)
        (bindings - finder._find_missing(bindings))._note_returned()
