# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Explain errors of the database: which record, which field, and what to correct.

PostgreSQL names tables, columns and keys. A person needs the record, the label of the
field, the record that already has the value, and the mapper that gave it. This needs
queries: the savepoint in which the error was raised must have been rolled back.

=======================  ==================================================
unique constraint        the other record; a retry, if no other is visible
not null                 the required field, and where it is mapped from
other constraints        the message of the constraint, and its name
value out of range, …    the fields whose values do not fit
=======================  ==================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import psycopg2
from psycopg2 import errors

from odoo import fields, models
from odoo.api import Environment
from odoo.exceptions import AccessError, MissingError
from odoo.tools import SQL

from ...database import violated_key
from ...exception import InvalidDataError, RetryableJobError
from ...jobs.lifecycle import running_job

#: values of a column of the type integer
_INTEGERS = range(-(2**31), 2**31)
#: bytes that always fit into an index entry
_INDEXED_BYTES = 2000
#: characters of a value that an error quotes
_QUOTED = 200


class Written(NamedTuple):
    """A record that was about to be written."""

    model: models.BaseModel
    #: model and id of the external record
    name: str
    backend_name: str
    mapper_name: str
    values: Mapping[str, Any]
    #: ``{field: names of the external fields that it is mapped from}``
    sources: Mapping[str, str]
    #: the field by which the binding of the external record is found
    external_field: str = ""
    external_id: str = ""

    def is_own(self, found: models.BaseModel) -> bool:
        """Return whether a record is the binding of this external record."""
        return bool(
            self.external_id
            and found
            and found._name == self.model._name
            and found.sudo()[self.external_field] == self.external_id
        )

    @property
    def env(self) -> Environment:
        return self.model.env


class RefusedByDatabase(InvalidDataError, psycopg2.IntegrityError):
    """A constraint refuses a record."""


class UnfitValue(InvalidDataError, psycopg2.DataError):
    """A value does not fit into its column."""


def find_database_error(error: BaseException) -> psycopg2.Error | None:
    """Return the error of the database to explain, None if there is none."""
    if isinstance(error, InvalidDataError):
        return None
    if isinstance(error, RetryableJobError):
        cause = error.__cause__
        return cause if isinstance(cause, errors.UniqueViolation) else None
    return error if isinstance(error, psycopg2.Error) else None


def explain_database_error(error: Exception, written: Written) -> Exception:
    """Return the error that says what to correct, or the same error."""
    violation = find_database_error(error)
    if isinstance(violation, errors.UniqueViolation):
        return _explain_unique(error, violation, written)
    if isinstance(violation, errors.NotNullViolation):
        return _explain_not_null(violation, written)
    if isinstance(violation, psycopg2.IntegrityError):
        return _explain_integrity(violation, written)
    if isinstance(violation, psycopg2.DataError | errors.ProgramLimitExceeded):
        return _explain_data(violation, written)
    return error


def required_sentence(written: Written, model: models.BaseModel, name: str) -> str:
    """Return the text of the error for a required field that has no value."""
    source = written.sources.get(name)
    return written.env._(
        "%(record)s: the required field %(field)s of %(model)s has no value. "
        "%(mapper)s maps it%(origin)s: fill it in %(backend)s, or map a default.",
        record=written.name,
        field=_label(model, name),
        model=f"{model._description} ({model._name})",
        mapper=written.mapper_name,
        origin=f" from {source}" if source else "",
        backend=written.backend_name,
    )


def _explain_not_null(violation: psycopg2.Error, written: Written) -> Exception:
    model = _find_model(written, violation.diag.table_name)
    column = violation.diag.column_name or ""
    return RefusedByDatabase(required_sentence(written, model, column))


# -- unique constraints -------------------------------------------------------


def _explain_unique(
    error: Exception, violation: psycopg2.Error, written: Written
) -> Exception:
    """Return an error that names the other record, or a retry.

    A record that is visible existed when the transaction began: a retry would fail
    again. If it is not visible, another transaction has just created it, and the next
    try finds it. A constraint whose records cannot be searched for is retried once.
    """
    model = _find_model(written, violation.diag.table_name)
    key = violated_key(violation.diag.message_detail)
    found = _find_record(model, key)
    if found is None or written.is_own(found):
        job = running_job(written.env)
        is_final = bool(job and job.retry > 1)
    else:
        is_final = bool(found)
    if is_final:
        sentence = _unique_sentence(violation, written, model, key, found)
        return RefusedByDatabase(f"{written.name}: {sentence}")
    if isinstance(error, RetryableJobError):
        return error
    retry = RetryableJobError(
        f"{written.name}: another transaction has just created a record of "
        f"{model._name} with the same {_key_text(key) or 'key'}. The job is retried.",
        seconds=2,
    )
    retry.__cause__ = violation
    return retry


def _unique_sentence(
    violation: psycopg2.Error,
    written: Written,
    model: models.BaseModel,
    key: Mapping[str, str],
    found: models.BaseModel | None,
) -> str:
    constraint = model._table_objects.get(violation.diag.constraint_name)
    names = ", ".join(_label(model, name) for name in key)
    if found is None or _names_the_record(constraint):
        sentence = _message_of(model, violation)
        return f"{sentence} ({names})" if names else sentence
    return written.env._(
        "%(field)s %(value)s is taken by %(found)s (%(model)s %(id)s) already. Give "
        "one of the two another value, in %(backend)s or in Odoo. %(mapper)s maps it.",
        field=names,
        value=", ".join(key.values()),
        found=_name_of(found),
        model=found._name,
        id=found.id,
        backend=written.backend_name,
        mapper=written.mapper_name,
    )


def _names_the_record(constraint: Any) -> bool:
    """Return whether a constraint has its own message for the record in conflict."""
    return isinstance(constraint, models.Constraint) and (
        type(constraint).get_error_message is not models.Constraint.get_error_message
    )


def _find_record(
    model: models.BaseModel, key: Mapping[str, str]
) -> models.BaseModel | None:
    """Return the visible record with a key, None if it cannot be searched for."""
    for name in key:
        field = model._fields.get(name)
        if field is None or not field.store or not field.column_type:
            return None
    if not key:
        return None
    where = SQL(" AND ").join(SQL("%s = %s", SQL.identifier(n), key[n]) for n in key)
    table = SQL.identifier(model._table)
    model.env.cr.execute(SQL("SELECT id FROM %s WHERE %s LIMIT 1", table, where))
    return model.browse(row[0] for row in model.env.cr.fetchall())


# -- other constraints, and values that no column holds ------------------------


def _explain_integrity(violation: psycopg2.Error, written: Written) -> Exception:
    model = _find_model(written, violation.diag.table_name)
    key = _key_text(violated_key(violation.diag.message_detail))
    return RefusedByDatabase(
        written.env._(
            "%(record)s: %(message)s (%(model)s, constraint %(constraint)s%(key)s). "
            "%(mapper)s maps it; correct the record in %(backend)s.",
            record=written.name,
            message=_message_of(model, violation),
            model=model._name,
            constraint=violation.diag.constraint_name,
            key=f": {key}" if key else "",
            mapper=written.mapper_name,
            backend=written.backend_name,
        )
    )


def _explain_data(violation: psycopg2.Error, written: Written) -> Exception:
    model = written.model
    unfit = [
        f"{_label(model, name)}: {str(value):.{_QUOTED}}"
        for name, value in written.values.items()
        if name in model._fields and _is_unfit(violation, model._fields[name], value)
    ]
    return UnfitValue(
        written.env._(
            "%(record)s: a value does not fit into its field%(fields)s: %(message)s. "
            "%(mapper)s maps it; correct the record in %(backend)s.",
            record=written.name,
            fields=f" ({', '.join(unfit)})" if unfit else "",
            message=(violation.diag.message_primary or str(violation)).strip(),
            mapper=written.mapper_name,
            backend=written.backend_name,
        )
    )


def _is_unfit(violation: psycopg2.Error, field: fields.Field, value: Any) -> bool:
    """Return whether a value may be the one that does not fit."""
    if isinstance(violation, errors.NumericValueOutOfRange):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if field.type in ("integer", "many2one", "many2one_reference"):
            return int(value) not in _INTEGERS
        return field.type in ("float", "monetary") and abs(value) >= 1e15
    if not isinstance(value, str):
        return False
    if isinstance(violation, errors.ProgramLimitExceeded):
        return len(value.encode()) > _INDEXED_BYTES and bool(field.base_field.index)
    size = getattr(field, "size", None)
    return bool(size and len(value) > size)


# -- names --------------------------------------------------------------------


def _find_model(written: Written, table: str | None) -> models.BaseModel:
    """Return the model of a table, by default the one that was written."""
    model = written.model
    if not table or model._table == table:
        return model
    for name in [*model._inherits, *written.env.registry.models]:
        candidate = written.env[name]
        if candidate._table == table and candidate._auto and not candidate._abstract:
            return candidate
    return model


def _message_of(model: models.BaseModel, violation: psycopg2.Error) -> str:
    """Return Odoo's message; a generic one if the other record is not readable."""
    try:
        return str(model._sql_error_to_message(violation)).strip()
    except (AccessError, MissingError):
        return str(model.sudo()._sql_error_to_message_generic(violation)).strip()


def _label(model: models.BaseModel, name: str) -> str:
    field = model._fields.get(name)
    return f"{field._description_string(model.env)} ({name})" if field else name


def _name_of(record: models.BaseModel) -> str:
    try:
        return record.display_name or str(record)
    except (AccessError, MissingError):
        return str(record)


def _key_text(key: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in key.items())
