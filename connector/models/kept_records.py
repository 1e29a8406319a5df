# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records that a search has read, kept until the jobs that import them have run.

::

    search ─► a row and a job for each chunk, in one transaction
    job    ─► reads the row; so do its retries, the jobs of its failing records, and a
              replay: none of them asks the backend
    vacuum ─► deletes rows after ``keep_payloads_days`` of the backend

Without its row, a job reads its records from the backend. So it does for

- a record that was imported or exported after the search had read it (``found.py``);
- a record that failed in its job: a person may have corrected it in the backend.

A row is kept after its records are imported, so that the chunk can be replayed. The
content is personal data of the backend: no user can read it, managers see and delete
the rows, and a neutralized copy of the database has none.
"""

from __future__ import annotations

import base64
import json
import logging
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from ..components.importer.found import FoundRecord, imported_dates
from ..components.importer.items import ChunkOutcome
from ..jobs.error_states import UNRESOLVED_STATES
from ..jobs.subject import subject_of_import

_logger = logging.getLogger(__name__)

#: system parameter, and its default
#: a faster level than the default, which saves little more
_COMPRESSION = 1


class ConnectorKeptRecords(models.Model):
    """The external records of one chunk, as a search has read them."""

    _name = "connector.kept.records"
    _inherit = ["connector.sync.subject"]
    _description = "Records Kept for their Import"
    _order = "id desc"

    run_id = fields.Many2one(
        "connector.sync.run",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    external_ids = fields.Json(string="IDs in the backend", readonly=True)
    record_count = fields.Integer(string="Records kept", readonly=True)
    read_at = fields.Datetime(
        required=True, readonly=True, help="When the search read them (UTC)"
    )
    content = fields.Binary(attachment=False, readonly=True, groups=NO_ACCESS)
    imported = fields.Json(
        readonly=True, help="{external id: synchronization date of its binding}"
    )

    _created_index = models.Index("(create_date)")

    # -- kept -----------------------------------------------------------------

    @api.model
    def _keep(
        self,
        backend: models.BaseModel,
        model_name: str,
        found: Mapping[str, FoundRecord],
        run: models.BaseModel | None = None,
    ):
        """Return a new row with found records, empty if none of them can be kept."""
        content, refused = pack({key: known.record for key, known in found.items()})
        if refused:
            key, reason = next(iter(refused.items()))
            _logger.warning(
                "%s of %s records of %s cannot be kept until their import, which reads "
                "them again: JSON cannot hold %s of the record %s. Convert these "
                "values in the adapter.",
                len(refused),
                len(found),
                model_name,
                reason,
                key,
            )
        kept = [key for key in found if key not in refused]
        if not kept:
            return self.browse()
        return self.create(
            {
                "backend_model": backend._name,
                "backend_id": backend.id,
                "model_name": model_name,
                "run_id": run and run.id,
                "external_ids": kept,
                "record_count": len(kept),
                "read_at": min(found[key].read_at for key in kept),
                "content": base64.b64encode(content),
            }
        )

    def _load(
        self, backend: models.BaseModel, model_name: str
    ) -> dict[str, FoundRecord]:
        """Return ``{external id: record}`` of a row, {} if it was deleted.

        Without the records whose import failed since: the backend may have another
        version of them.
        """
        row = self.exists()
        if not row or row._subject_key() != (backend._name, backend.id, model_name):
            return {}
        try:
            records = unpack(base64.b64decode(row.content or b""))
        except ValueError as error:
            _logger.warning("%s cannot be read: %s; the backend is asked", row, error)
            return {}
        failed = row._find_failed(records)
        imported = {
            key: datetime.fromisoformat(text)
            for key, text in (row.imported or {}).items()
        }
        return {
            key: FoundRecord(record, row.read_at, imported.get(key))
            for key, record in records.items()
            if key not in failed
        }

    def _find_failed(self, records: Mapping[str, Any]) -> set[str]:
        """Return the external ids with an open error that is newer than the row."""
        subjects = {
            str(subject_of_import(self.model_name, key)): key for key in records
        }
        errors = self.env["connector.sync.error"].search_fetch(
            [
                ("state", "in", UNRESOLVED_STATES),
                ("backend_model", "=", self.backend_model),
                ("backend_id", "=", self.backend_id),
                ("subject", "in", list(subjects)),
                ("last_seen", ">=", self.read_at.replace(microsecond=0)),
            ],
            ["subject"],
        )
        return {subjects[subject] for subject in errors.mapped("subject")}

    def _note_imported(self, outcome: ChunkOutcome, sync_date_field: str) -> None:
        """Note which versions were imported: a replay need not read them again."""
        dates = imported_dates(sync_date_field, outcome.items)
        row = self.exists() if dates else self.browse()
        if row:
            noted = {key: date.isoformat() for key, date in dates.items()}
            row.imported = {**(row.imported or {}), **noted}


# -- content ----------------------------------------------------------------------


def pack(records: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """Return records as compressed JSON, and ``{key: why}`` of those that JSON changes.

    A record with a value of Python, a date or a tuple, would not be the same later.
    """
    refused: dict[str, str] = {}
    text = _as_json(records)
    if text is None:
        for key, record in records.items():
            if _as_json(record) is None:
                refused[key] = _describe_unstorable(record)
        kept = {key: record for key, record in records.items() if key not in refused}
        text = _as_json(kept) or "{}"
    return zlib.compress(text.encode(), _COMPRESSION), refused


def unpack(content: bytes) -> dict[str, Any]:
    """Return the records in compressed JSON.

    :raise ValueError: the content is damaged
    """
    try:
        return json.loads(zlib.decompress(content))
    except (zlib.error, RecursionError) as error:
        raise ValueError(str(error)) from error


def _as_json(value: Any) -> str | None:
    """Return a value as JSON, None if reading it would give another value."""
    try:
        text = json.dumps(value)
        return text if json.loads(text) == value else None
    except (TypeError, ValueError, RecursionError):
        return None


def _describe_unstorable(record: Any) -> str:
    """Return the names and types of the values that JSON cannot hold."""
    if not isinstance(record, Mapping):
        return f"it is a {type(record).__name__}"
    return ", ".join(
        f"{name}: {type(value).__name__}"
        for name, value in record.items()
        if not isinstance(name, str) or _as_json(value) is None
    )
