# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records that must be exported before the record that refers to them.

.. code-block:: text

    order  ──needs──▶ partner ──needs──▶ parent of the partner
    export begun      exporter.run       exporter.run
                      commits            commits

A record whose export has begun is not exported a second time, so records that need each
other do not recurse.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from odoo import models

from ...exception import InvalidDataError, RetryableJobError
from ...jobs.lifecycle import asks_to_wait
from ...outcome import Outcome
from ..external_id import is_external_id
from ..importer.database_errors import Written, explain_database_error
from ..session import Session


class WaitsForBulk(BaseException):
    """A dependency is sent by the same bulk export, and has no external id yet.

    No ``Exception``: hooks must not handle it.
    """


def export_dependency(
    hooks: Any,
    relation: models.BaseModel,
    binding_model: str,
    component_usage: str,
    binding_field: str | None,
    extra_values: dict[str, Any] | None,
) -> None:
    """Export a related record that has no external id yet.

    :param hooks: the exporter of the record that needs it
    """
    session, binding = Session.of(hooks.work), relation
    if _is_bound_by(hooks, relation, binding_model, binding_field):
        binding = _ensure_binding(hooks, relation, binding_model, extra_values)
    key, binder = (binding_model, binding.id), hooks.binder_for(binding_model)
    if key in session.in_bulk and not is_external_id(binder.to_external(binding)):
        raise WaitsForBulk(key)
    if key in session.exporting or is_external_id(binder.to_external(binding)):
        return
    if session.preview is not None:
        session.preview.note_needed(hooks, binding)
        return
    exporter = hooks.component(usage=component_usage, model_name=binding_model)
    with committing_dependencies_on_wait(hooks):
        exporter.run(binding)
    outcome = getattr(exporter, "outcome", Outcome.UPDATED)
    if outcome in (Outcome.CREATED, Outcome.UPDATED):
        session.sent_dependencies.append(binding)


def _is_bound_by(
    hooks: Any,
    relation: models.BaseModel,
    binding_model: str,
    binding_field: str | None,
) -> bool:
    """Return whether ``relation`` is not a binding, but a record that has one."""
    if relation._name == binding_model:
        return False
    binding_field = binding_field or hooks._default_binding_field
    if binding_field and binding_field in relation._fields:
        return True
    odoo_field = hooks.binder_for(binding_model)._odoo_field
    field = hooks.env[binding_model]._fields.get(odoo_field)
    return field is not None and field.comodel_name == relation._name


def _ensure_binding(
    hooks: Any,
    record: models.BaseModel,
    binding_model: str,
    extra_values: dict[str, Any] | None,
) -> models.BaseModel:
    """Return the binding of a record, archived or not; create it if needed.

    :raise RetryableJobError: another job is creating it now
    """
    binder = hooks.binder_for(binding_model)
    key = {
        binder._backend_field: hooks.backend_record.id,
        binder._odoo_field: record.id,
    }
    model = hooks.env[binding_model].sudo()
    bindings = model.with_context(active_test=False).search(
        [(name, "=", value) for name, value in key.items()]
    )
    if len(bindings) > 1:
        raise InvalidDataError(
            f"{record} has {len(bindings)} bindings {binding_model} {bindings.ids} to "
            f"{hooks.backend_record.display_name}: which of them to export? Delete the "
            "others."
        )
    if not bindings:
        hooks.advisory_lock_or_retry(("bind", binding_model, *key.values()))
        with (
            explaining_refused_binding(hooks, model, record),
            hooks._retry_unique_violation(),
        ):
            bindings = model.with_context(connector_no_export=True).create(
                {**key, **(extra_values or {})}
            )
    return bindings.with_env(model.env)


@contextmanager
def committing_dependencies_on_wait(hooks: Any) -> Iterator[None]:
    """Let the job commit the exported dependencies if the block has to wait.

    Only if the record is the one of the job, and nothing was sent of it yet: the job
    then delays another one for the record.
    """
    session, binding = Session.of(hooks.work), hooks.binding
    try:
        yield
    except RetryableJobError as error:
        error.keeps_dependencies = (
            asks_to_wait(error)
            and bool(session.sent_dependencies)
            and binding is not None
            and session.exporting - session.in_bulk == {(binding._name, binding.id)}
        )
        raise


@contextmanager
def explaining_refused_binding(
    hooks: Any, model: models.BaseModel, record: models.BaseModel
) -> Iterator[None]:
    """Name the record in the way if the database refuses a binding."""
    try:
        with hooks.env.cr.savepoint():
            yield
    except Exception as error:
        written = Written(
            model=model,
            name=f"{record._name} {record.id} ({record.display_name})",
            backend_name=hooks.backend_record.display_name,
            mapper_name=hooks._name,
            values={},
            sources={},
        )
        explained_error = explain_database_error(error, written)
        if explained_error is error:
            raise
        raise explained_error from explained_error.__cause__ or error
