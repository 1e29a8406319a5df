# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors of the database that are one record's, in words that say what to correct.

PostgreSQL names tables, columns and keys. A person needs the record, the field as it is
labelled, the record that is in the way, and the mapper that gave the value. What is
asked of the database here needs a transaction that works: the savepoint in which the
error came must have been rolled back.
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

#: of a transaction that made the same record a moment ago
RETRY_SECONDS = 2
#: what a column of the type integer holds
_INTEGERS = range(-(2**31), 2**31)
#: what an entry of an index always holds
_INDEXED_BYTES = 2000
#: characters of a value that an error quotes
_QUOTED = 200


class Written(NamedTuple):
    """A record that was about to be written, for the errors of that."""

    model: models.BaseModel
    #: model and id of the external record
    name: str
    backend_name: str
    mapper_name: str
    values: Mapping[str, Any]
    #: ``{field: names of the external fields that it is mapped from}``
    sources: Mapping[str, str]
    #: by which the binding of the external record is found
    external_field: str = ""
    external_id: str = ""

    def is_own(self, found: models.BaseModel) -> bool:
        """Return whether a record is the binding of the very external record."""
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
    """A constraint refuses a record; who catches the database's error catches it."""


class UnfitValue(InvalidDataError, psycopg2.DataError):
    """A value does not fit into its column."""


def find_database_error(error: BaseException) -> psycopg2.Error | None:
    """Return the error of the database that an error is, or is raised from.

    One that is in words already is none.
    """
    if isinstance(error, InvalidDataError):
        return None
    if isinstance(error, RetryableJobError):
        cause = error.__cause__
        return cause if isinstance(cause, errors.UniqueViolation) else None
    return error if isinstance(error, psycopg2.Error) else None


def explain_database_error(error: Exception, written: Written) -> Exception:
    """Return the error that says what is wrong with a record, or the same error."""
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


# -- required fields ----------------------------------------------------------


def required_sentence(written: Written, model: models.BaseModel, name: str) -> str:
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
    """Return a retry where the other record is not seen yet; else, what it is.

    A record that this transaction sees was there when it began: that another job made
    it a moment ago, and has bound it, cannot be. The binding of the external id that
    is imported is found at the next try, and so is what cannot be searched for here.
    """
    model = _find_model(written, violation.diag.table_name)
    key = violated_key(violation.diag.message_detail)
    found = _find_record(model, key)
    if found is None or written.is_own(found):
        job = running_job(written.env)
        is_seen = bool(job and job.retry > 1)
    else:
        is_seen = bool(found)
    if is_seen:
        sentence = _unique_sentence(violation, written, model, key, found)
        return RefusedByDatabase(f"{written.name}: {sentence}")
    if isinstance(error, RetryableJobError):
        return error
    retry = RetryableJobError(
        f"{written.name}: another transaction made a record of {model._name} with the "
        f"same {_told(key) or 'key'} at this moment. It is tried once more.",
        seconds=RETRY_SECONDS,
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
    if found is None or _tells_itself(constraint):
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


def _tells_itself(constraint: Any) -> bool:
    """Return whether a constraint has a message that names what is in the way."""
    own = models.Constraint.get_error_message
    return isinstance(constraint, models.Constraint) and (
        type(constraint).get_error_message is not own
    )


def _find_record(
    model: models.BaseModel, key: Mapping[str, str]
) -> models.BaseModel | None:
    """Return the record with a key that the transaction sees, None if none can be."""
    stored = [name for name in key if _is_column(model, name)]
    if not key or len(stored) < len(key):
        return None
    model.env.cr.execute(
        SQL(
            "SELECT id FROM %s WHERE %s LIMIT 1",
            SQL.identifier(model._table),
            SQL(" AND ").join(
                SQL("%s = %s", SQL.identifier(name), key[name]) for name in stored
            ),
        )
    )
    return model.browse(row[0] for row in model.env.cr.fetchall())


def _is_column(model: models.BaseModel, name: str) -> bool:
    field = model._fields.get(name)
    return field is not None and field.store and bool(field.column_type)


# -- other constraints, and values that no column holds ------------------------


def _explain_integrity(violation: psycopg2.Error, written: Written) -> Exception:
    model = _find_model(written, violation.diag.table_name)
    return RefusedByDatabase(
        written.env._(
            "%(record)s: %(message)s (%(model)s, constraint %(constraint)s%(key)s). "
            "%(mapper)s maps it; correct the record in %(backend)s.",
            record=written.name,
            message=_message_of(model, violation),
            model=model._name,
            constraint=violation.diag.constraint_name,
            key=f": {told}"
            if (told := _told(violated_key(violation.diag.message_detail)))
            else "",
            mapper=written.mapper_name,
            backend=written.backend_name,
        )
    )


def _explain_data(violation: psycopg2.Error, written: Written) -> Exception:
    names = _suspects(violation, written)
    return UnfitValue(
        written.env._(
            "%(record)s: a value does not fit into its field%(fields)s: %(message)s. "
            "%(mapper)s maps it; correct the record in %(backend)s.",
            record=written.name,
            fields=f" ({', '.join(names)})" if names else "",
            message=(violation.diag.message_primary or str(violation)).strip(),
            mapper=written.mapper_name,
            backend=written.backend_name,
        )
    )


def _suspects(violation: psycopg2.Error, written: Written) -> list[str]:
    """Return the fields whose values are outside of what their columns hold."""
    model = written.model
    found = []
    for name, value in written.values.items():
        field = model._fields.get(name)
        if field is None:
            continue
        if isinstance(violation, errors.NumericValueOutOfRange):
            is_out = _is_out_of_range(field, value)
        elif isinstance(violation, errors.ProgramLimitExceeded):
            is_out = _is_too_long_for_index(field, value)
        else:
            size = getattr(field, "size", None)
            is_out = bool(size and isinstance(value, str) and len(value) > size)
        if is_out:
            found.append(f"{_label(model, name)}: {str(value):.{_QUOTED}}")
    return found


def _is_too_long_for_index(field: fields.Field, value: Any) -> bool:
    is_long = isinstance(value, str) and len(value.encode()) > _INDEXED_BYTES
    return is_long and bool(field.base_field.index)


def _is_out_of_range(field: fields.Field, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if field.type in ("integer", "many2one", "many2one_reference"):
        return int(value) not in _INTEGERS
    return field.type in ("float", "monetary") and abs(value) >= 1e15


# -- names --------------------------------------------------------------------


def _find_model(written: Written, table: str | None) -> models.BaseModel:
    """Return the model of a table, the one that was written if it is not known."""
    model = written.model
    if not table or model._table == table:
        return model
    for name in [*model._inherits, *written.env.registry.models]:
        candidate = written.env[name]
        if candidate._table == table and candidate._auto and not candidate._abstract:
            return candidate
    return model


def _message_of(model: models.BaseModel, violation: psycopg2.Error) -> str:
    """Return Odoo's message, also where the user may not read the other record."""
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


def _told(key: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in key.items())
