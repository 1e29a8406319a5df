# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The status of a binding: is the record the same on both sides, and if not, why.

========  ==========================================================================
failing   an open error is about it
conflict  both sides changed it, and a person decides
waiting   an edit is not exported yet, or a job of it waits
in_sync   otherwise
========  ==========================================================================

The first that applies is shown. Three queries find it for any number of bindings, and
three SQL conditions search by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from odoo.api import Environment
from odoo.tools import SQL

from .jobs.error_states import OPEN_STATES
from .jobs.lifecycle import PENDING_STATES
from .jobs.subject import subject_of_export, subject_of_import

IN_SYNC, WAITING, CONFLICT, FAILING = "in_sync", "waiting", "conflict", "failing"
#: directions of errors about the state of a record
_DIRECTIONS = ("import", "export", "deletion", "removal")


class Bound(NamedTuple):
    """The keys that identify a binding, its errors and its jobs."""

    model_name: str
    binding_id: int
    backend_model: str
    backend_id: int
    external_id: str | None

    @property
    def key(self) -> tuple[str, int]:
        return self.model_name, self.binding_id

    @property
    def subjects(self) -> list[str]:
        """Return the subjects of the jobs that synchronize it."""
        found = [str(subject_of_export(self.model_name, self.binding_id))]
        if self.external_id:
            found.append(str(subject_of_import(self.model_name, self.external_id)))
        return found


class Findings(NamedTuple):
    """Errors, conflicts, edits and jobs of one binding."""

    #: the newest open error, 0 without one
    error_id: int = 0
    has_conflict: bool = False
    has_edits: bool = False
    has_jobs: bool = False

    @property
    def status(self) -> str:
        if self.error_id:
            return FAILING
        if self.has_conflict:
            return CONFLICT
        return WAITING if self.has_edits or self.has_jobs else IN_SYNC


def find_findings(env: Environment, bound: Iterable[Bound]) -> dict[tuple, Findings]:
    """Return ``{(binding model, id): findings}``, in three queries."""
    bound = list(bound)
    if not bound:
        return {}
    errors, edits, jobs = _errors(env, bound), _edits(env, bound), _jobs(env, bound)
    return {
        each.key: Findings(
            errors.get(each.key, 0),
            edits.get(each.key, False),
            each.key in edits,
            not jobs.isdisjoint(each.subjects),
        )
        for each in bound
    }


def _errors(env: Environment, bound: list[Bound]) -> dict[tuple, int]:
    """Return ``{key: id of the newest open error}``."""
    env["connector.sync.error"].flush_model()
    rows = env.execute_query(
        SQL(
            """
            SELECT id, backend_model, backend_id, model_name, binding_id, external_id,
                   external_ids
            FROM connector_sync_error
            WHERE state IN %(states)s AND direction IN %(directions)s
            AND model_name = ANY(%(models)s) AND (
                binding_id = ANY(%(binding_ids)s) OR external_id = ANY(%(external)s)
                OR external_ids IS NOT NULL
            )
            ORDER BY id
            """,
            states=OPEN_STATES,
            directions=_DIRECTIONS,
            models=list({each.model_name for each in bound}),
            binding_ids=[each.binding_id for each in bound],
            external=[each.external_id for each in bound if each.external_id],
        )
    )
    by_binding: dict[tuple, int] = {}
    by_external: dict[tuple, int] = {}
    for error_id, *backend, model_name, binding_id, external_id, ids in rows:
        if binding_id:
            by_binding[model_name, binding_id] = error_id
        for each in [external_id, *(ids or ())]:
            by_external[(*backend, model_name, each)] = error_id
    found = {}
    for each in bound:
        where = each.backend_model, each.backend_id, each.model_name, each.external_id
        error_id = by_binding.get(each.key, 0)
        if each.external_id:
            error_id = max(error_id, by_external.get(where, 0))
        if error_id:
            found[each.key] = error_id
    return found


def _edits(env: Environment, bound: list[Bound]) -> dict[tuple, bool]:
    """Return ``{key: whether an edit is in conflict}`` of the edited ones."""
    rows = env.execute_query(
        SQL(
            """
            SELECT model_name, binding_id, bool_or(coalesce(in_conflict, false))
            FROM connector_unconfirmed_field
            WHERE model_name = ANY(%s) AND binding_id = ANY(%s)
            GROUP BY model_name, binding_id
            """,
            list({each.model_name for each in bound}),
            [each.binding_id for each in bound],
        )
    )
    return {(model, binding_id): in_conflict for model, binding_id, in_conflict in rows}


def _jobs(env: Environment, bound: list[Bound]) -> set[str]:
    """Return the subjects that have a pending job."""
    env["queue.job"].flush_model(["state", "sync_subject"])
    rows = env.execute_query(
        SQL(
            "SELECT sync_subject FROM queue_job "
            "WHERE state IN %s AND sync_subject = ANY(%s)",
            PENDING_STATES,
            [subject for each in bound for subject in each.subjects],
        )
    )
    return {subject for (subject,) in rows}


# -- search ---------------------------------------------------------------------


def condition_of(status: str, alias: str) -> SQL:
    """Return the SQL condition of a status, for a table of bindings."""
    failing, conflict, waiting = (
        _failing(alias),
        condition_of_conflict(alias),
        _waiting(alias),
    )
    return {
        FAILING: failing,
        CONFLICT: SQL("(%s AND NOT %s)", conflict, failing),
        WAITING: SQL("(%s AND NOT %s AND NOT %s)", waiting, conflict, failing),
        IN_SYNC: SQL("NOT (%s OR %s OR %s)", waiting, conflict, failing),
    }[status]


def _failing(alias: str) -> SQL:
    open_errors = SQL(
        "FROM connector_sync_error WHERE state IN %s AND direction IN %s",
        OPEN_STATES,
        _DIRECTIONS,
    )
    model, backend_model, backend_id = (
        SQL.identifier(alias, name)
        for name in ("model_name", "backend_model", "backend_id")
    )
    external = SQL.identifier(alias, "external_id")
    where = SQL("(%s, %s, %s, %s)", backend_model, backend_id, model, external)
    return SQL(
        """(
        (%(model)s, %(binding)s) IN (
            SELECT model_name, binding_id %(errors)s AND binding_id > 0)
        OR (%(external)s IS NOT NULL AND %(where)s IN (
            SELECT backend_model, backend_id, model_name, external_id %(errors)s
            AND external_id IS NOT NULL AND model_name IS NOT NULL
            UNION ALL
            SELECT backend_model, backend_id, model_name,
                   jsonb_array_elements_text(external_ids) %(errors)s
            AND external_ids IS NOT NULL AND model_name IS NOT NULL))
        )""",
        model=model,
        binding=SQL.identifier(alias, "binding_id"),
        external=external,
        where=where,
        errors=open_errors,
    )


def condition_of_conflict(alias: str) -> SQL:
    """Return the SQL condition of an edit about which a person decides."""
    return SQL(
        "(%s, %s) IN (SELECT model_name, binding_id FROM connector_unconfirmed_field "
        "WHERE in_conflict)",
        SQL.identifier(alias, "model_name"),
        SQL.identifier(alias, "binding_id"),
    )


def _waiting(alias: str) -> SQL:
    model, binding, external = (
        SQL.identifier(alias, name)
        for name in ("model_name", "binding_id", "external_id")
    )
    subjects = SQL(
        "(SELECT sync_subject FROM queue_job WHERE state IN %s "
        "AND sync_subject IS NOT NULL)",
        PENDING_STATES,
    )
    return SQL(
        """(
        (%(model)s, %(binding)s) IN (
            SELECT model_name, binding_id FROM connector_unconfirmed_field)
        OR %(model)s || ' export binding:' || %(binding)s IN %(subjects)s
        OR (%(external)s IS NOT NULL
            AND %(model)s || ' import record:' || %(external)s IN %(subjects)s)
        )""",
        model=model,
        binding=binding,
        external=external,
        subjects=subjects,
    )
