# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conditions of open errors: one for each backend and cause.

A backend that cannot be reached, or refuses access, has its own kind of condition.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from odoo import api, models

from ...jobs.causes import CONNECTION, REFUSED
from ..sync_error import OPEN_STATES
from .condition import Condition
from .health import Key, domain_of

_KIND_OF_CODE = {CONNECTION: "connection", REFUSED: "refused"}


class ConnectorHealth(models.AbstractModel):
    _inherit = "connector.health"

    @api.model
    def _find_errors(
        self, backends: dict[Key, models.BaseModel]
    ) -> Iterator[Condition]:
        """Yield one condition for each cause of open errors.

        Errors of the backend itself, and errors of its records, are two conditions.
        """
        groups = (
            self.env["connector.sync.error"]
            .sudo()
            ._read_group(
                [("state", "in", OPEN_STATES), *domain_of(backends)],
                ["backend_model", "backend_id", "cause", "cause_id", "model_name"],
                ["__count", "first_seen:min"],
            )
        )
        rows: dict[tuple, list[tuple[str, int, datetime]]] = {}
        for *key, model_name, count, since in groups:
            if (key[0], key[1]) in backends:
                rows.setdefault((*key, bool(model_name)), []).append(
                    (model_name, count, since)
                )
        known = {name for found in rows.values() for name, *__ in found}
        names = self.env["connector.sync.cause"]._describe_models(known)
        for (model, backend_id, code, cause, is_of_records), found in rows.items():
            numbers = ""
            if is_of_records:
                found.sort(key=lambda row: -row[1])
                numbers = ", ".join(
                    f"{count} {names[name]}" for name, count, __ in found
                )
            backend = backends[model, backend_id]
            yield self._error_condition(backend, code, cause, numbers, found)

    @api.model
    def _error_condition(
        self,
        backend: models.BaseModel,
        code: str,
        cause: models.BaseModel,
        numbers: str,
        rows: list[tuple[str, int, datetime]],
    ) -> Condition:
        """Return the condition of one cause.

        :param numbers: records of each model; empty for an error of the backend
        :param rows: the model, the number and the first time of errors
        """
        summary = cause.summary
        if not summary:  # an error of an earlier version
            errors = self.env["connector.sync.error"]
            labels = dict(errors._fields["cause"]._description_selection(self.env))
            summary = labels.get(code, code)
        key, kind = f"error:{code}:{cause.id or 0}", "error"
        text = summary
        if numbers:
            key += ":records"
            text += f" – {numbers}"
        elif code in _KIND_OF_CODE:
            # one condition of the backend, however often the reason changes
            key, kind = code, _KIND_OF_CODE[code]
        return self._condition(
            backend,
            kind,
            key=key,
            text=text,
            since=min((since for *__, since in rows if since), default=None),
            count=sum(count for __, count, __ in rows),
            fix=cause.fix or "",
            action=self._open_errors(backend, code, cause),
            code=code,
        )

    @api.model
    def _open_errors(
        self, backend: models.BaseModel, code: str, cause: models.BaseModel
    ) -> dict[str, Any]:
        return self._open(
            self.env._("Errors"),
            "connector.sync.error",
            [
                ("state", "in", OPEN_STATES),
                ("backend_model", "=", backend._name),
                ("backend_id", "=", backend.id),
                ("cause_id", "=", cause.id) if cause else ("cause", "=", code),
            ],
        )
