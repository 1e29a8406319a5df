# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Name the record of an error: model, external id, name, and what it needs.

Errors of the database are explained in ``database_errors.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from odoo import models
from odoo.api import Environment
from odoo.exceptions import UserError

from ...exception import (
    BackendUnreachable,
    ConnectorException,
    CredentialsRefused,
    DependencyFailed,
    InsecureConnection,
    InvalidDataError,
    MappingError,
    NetworkRetryableError,
    RetryableJobError,
)
from ...jobs.descriptions import name_of_model, name_of_record
from ...jobs.failure import about_record, reason_of
from ..session import Key, Session
from .database_errors import (
    Written,
    explain_database_error,
    find_database_error,
    required_sentence,
)
from .items import ImportItem

_MAX_ID = 200


class DependencyNotMapped(DependencyFailed, MappingError):
    """A record was not imported because one that it needs could not be mapped."""


class DependencyInvalid(DependencyFailed, InvalidDataError):
    """A record was not imported because one that it needs has invalid values."""


def explain(hooks: Any, item: ImportItem, error: Exception) -> Exception:
    """Return the error that says what to correct; other errors stay as they are.

    The savepoint in which it was raised must have been rolled back.
    """
    if find_database_error(error) is not None:
        explained = explain_database_error(error, _describe(hooks, item))
        if explained is not error and explained.__cause__ is None:
            explained.__cause__ = error
        return explained
    if isinstance(error, ConnectorException | UserError):
        return _explain_circle(hooks, item, error)
    return error


def _explain_circle(hooks: Any, item: ImportItem, error: Exception) -> Exception:
    """Name the records that need one another, if the item needs such records."""
    needs = Session.of(hooks.work).needs
    circle = find_circle((hooks.model._name, item.key), needs)
    if not circle:
        return error
    names = " → ".join(f"{model} {key}" for model, key in circle)
    explained = InvalidDataError(
        f"{error} These records need one another, in a circle: {names}. "
        f"Open it in {hooks.backend_record.display_name}."
    )
    explained.__cause__ = error
    return explained


def empty_required_error(hooks: Any, item: ImportItem, name: str) -> InvalidDataError:
    """Return the error for a required field that has no value."""
    written = _describe(hooks, item)
    return InvalidDataError(required_sentence(written, written.model, name))


def failed_dependency_error(
    env: Environment, model_name: str, failed: ImportItem
) -> Exception:
    """Return the error of a record that needs one that failed.

    It is retried when the other one is, and by the same rules.
    """
    error = failed.error
    # not an error of one record
    if isinstance(error, CredentialsRefused | InsecureConnection):
        return error
    name = failed.remote_name
    record = describe_record(env[model_name], failed.external_id, name)

    def describe(reason: object) -> str:
        return env._(
            "It needs %(record)s, which failed: %(error)s", record=record, error=reason
        )

    raised = _dependency_error_class(error)(describe(error))
    if isinstance(error, RetryableJobError):
        # seconds to wait, the lock to wait for, whether the backend asked to wait
        vars(raised).update(vars(error))
    raised.sync_reason = describe(reason_of(error))
    raised.__cause__ = error
    raised.failed_dependency = about_record(error, name, failed.external_record)
    return raised


def describe_record(model: models.BaseModel, external_id: Any, name: str) -> str:
    """Return how messages call an external record: ``Contact "Ada" (ID 7)``."""
    key = f"{str(external_id):.{_MAX_ID}}"
    return f"{name_of_model(model)} {name_of_record(name, key)}"


def _describe(hooks: Any, item: ImportItem) -> Written:
    mappers = hooks.many_components(usage=hooks._base_mapper_usage)
    describe = getattr(hooks.mapper, "describe", None) if len(mappers) == 1 else None
    return Written(
        model=hooks.model,
        name=describe_record(hooks.model, item.external_id, item.remote_name),
        backend_name=hooks.backend_record.display_name,
        mapper_name=mappers[0]._name if mappers else hooks._name,
        values=item.values or {},
        sources={
            line["target"]: line["source"]
            for line in (describe() if describe else ())
            if line["target"]
        },
        external_field=hooks.binder._external_field,
        external_id=item.key,
    )


def _dependency_error_class(error: Exception | None) -> type[Exception]:
    """Return the class for the error of a record that needs one with this error."""
    if isinstance(error, BackendUnreachable):
        return BackendUnreachable
    if isinstance(error, NetworkRetryableError):
        return NetworkRetryableError
    if isinstance(error, RetryableJobError):
        return RetryableJobError
    if isinstance(error, MappingError):
        return DependencyNotMapped
    if isinstance(error, InvalidDataError):
        return DependencyInvalid
    return DependencyFailed


def find_circle(start: Key, needs: Mapping[Key, Iterable[Key]]) -> list[Key] | None:
    """Return a circle among the records that ``start`` needs, None without one.

    It begins and ends with the same record.
    """
    graph, pending = {}, [start]
    while pending:
        key = pending.pop()
        if key not in graph:
            graph[key] = list(needs.get(key, ()))
            pending += graph[key]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # in the order of the import, which is that of the needs reversed
        return error.args[1][::-1]
    return None
