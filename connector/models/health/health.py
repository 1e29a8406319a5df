# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find all conditions, in a number of queries that does not grow with the records.

::

    _find_conditions(backends)
      ├ _find_backend_conditions   errors, decisions, conflicts, schedule
      └ _find_database_conditions  job runner, scheduled actions

A user sees the conditions of the backends that their rules let them read. The rows
about these backends are read as superuser; alerts and monitors call it as superuser and
see all backends.

The conditions are the current ones. Nothing here depends on a scheduled action or on
a job, which may be what has failed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import psycopg2

from odoo import api, models
from odoo.fields import Domain

from .condition import ERROR, Condition

_logger = logging.getLogger(__name__)

#: a backend by its model and id
Key = tuple[str, int]


class ConnectorHealth(models.AbstractModel):
    """The state of backends, the job runner and scheduled actions."""

    _name = "connector.health"
    _description = "Health of Connectors"

    @api.model
    def _find_conditions(
        self, backends: models.BaseModel | Iterable[models.BaseModel] | None = None
    ) -> list[Condition]:
        """Return the current conditions, the worst first.

        :param backends: the backends of one model, or of several models; by default all
            that the user may read, with the conditions of the database. These explain a
            schedule that is overdue: then it is not a separate condition
        """
        if backends is None:
            return self._find_conditions_of(self._find_backends())
        return _sorted(self._find_backend_conditions(by_key(backends), []))

    @api.model
    def _find_conditions_of(
        self, backends: dict[Key, models.BaseModel]
    ) -> list[Condition]:
        """Return the conditions of all backends and of the database, the worst first.

        :param backends: result of ``_find_backends``
        """
        of_database = self._find_database_conditions(backends)
        of_backends = self._find_backend_conditions(backends, of_database)
        return _sorted([*of_database, *of_backends])

    @api.model
    def _find_backends(self) -> dict[Key, models.BaseModel]:
        """Return the backends that the user may read, without archived ones."""
        return by_key(
            model.with_context(active_test=True).search(Domain.TRUE)
            for model in self._find_backend_models()
        )

    @api.model
    def _find_backend_models(self) -> list[models.BaseModel]:
        """Return the backend models of installed connectors that the user may read."""
        names = self.pool.descendants(["connector.backend"], "_inherit")
        return [
            model
            for model in map(self.env.get, names)
            if model._auto and not model._abstract and model.has_access("read")
        ]

    @api.model
    def _find_backend_conditions(
        self, backends: dict[Key, models.BaseModel], of_database: list[Condition]
    ) -> list[Condition]:
        """Return the conditions of backends; each file of this folder adds some.

        :param of_database: conditions of the whole database, which may explain others
        """
        return []

    @api.model
    def _find_database_conditions(
        self, backends: dict[Key, models.BaseModel]
    ) -> list[Condition]:
        """Return the conditions that concern all backends."""
        return []

    @api.model
    def _condition(
        self,
        backend: models.BaseModel | None,
        kind: str,
        severity: str = ERROR,
        key: str = "",
        since: datetime | None = None,
        **values: Any,
    ) -> Condition:
        """Return a condition of a backend, or of the whole database if it is None."""
        return Condition(
            kind,
            severity,
            backend._name if backend else None,
            backend.id if backend else None,
            key or kind,
            since=since and since.replace(microsecond=0),
            **values,
        )

    # -- windows --------------------------------------------------------------

    @api.model
    def _open(self, name: str, res_model: str, domain: list) -> dict[str, Any]:
        """Return the action that lists records."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": res_model,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": domain,
            "context": {"create": False},
        }

    @api.model
    def _open_record(self, record: models.BaseModel) -> dict[str, Any]:
        """Return the action that opens the form of a record."""
        return {
            "type": "ir.actions.act_window",
            "name": record.display_name,
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }


def _sorted(conditions: list[Condition]) -> list[Condition]:
    return sorted(conditions, key=lambda condition: condition.severity)


def by_key(
    backends: models.BaseModel | Iterable[models.BaseModel],
) -> dict[Key, models.BaseModel]:
    """Return the backends by model and id."""
    recordsets: Iterator[models.BaseModel] = iter(
        [backends] if isinstance(backends, models.BaseModel) else backends
    )
    return {
        (backend._name, backend.id): backend
        for records in recordsets
        for backend in records
    }


def only_on(backends: Iterable[models.BaseModel]) -> list[models.BaseModel]:
    """Return the backends that are on: nothing keeps them from being synchronized."""
    return [backend for backend in backends if is_on(backend)]


def is_on(backend: models.BaseModel) -> bool:
    """Return whether a backend is on.

    A connector that fails to answer must not hide the conditions of other backends: the
    error is logged, and its backend counts as off.
    """
    try:
        return not backend._find_reason_to_pause()
    except psycopg2.Error:
        raise
    except Exception:
        _logger.exception("%s does not say whether it is on", backend)
        return False


def domain_of(backends: dict[Key, models.BaseModel]) -> list[tuple]:
    """Return a domain that the rows about the backends match, and few others."""
    return [
        ("backend_model", "in", sorted({model for model, __ in backends})),
        ("backend_id", "in", sorted({backend_id for __, backend_id in backends})),
    ]
