# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from odoo.addons.component.core import AbstractComponent

from ...exception import (
    CredentialsRefused,
    DependencyFailed,
    InvalidDataError,
    MappingError,
    NetworkRetryableError,
    RetryableJobError,
)
from .database_errors import (
    Written,
    empty_required_error,
    explain_database_error,
    find_database_error,
    find_empty_required,
)
from .hooks import ImportHooks
from .items import ImportItem

#: fields by which an external record is likely to be known to people
_NAMES = ("display_name", "name", "title", "reference", "number", "code", "sku")
_MAX_NAME = 80
_MAX_ID = 200


class ImportErrors(AbstractComponent):
    """Say of an error which record has it, and what of the record."""

    _name = "generic.importer.errors"
    _inherit = "generic.importer.hooks"

    # -- values ---------------------------------------------------------------

    def _check_required(self, item: ImportItem) -> None:
        """Raise an error where the values leave a required field empty.

        A connector that writes in its own way may still fill it.

        :raise InvalidDataError: naming the record, the field and the mapper
        """
        hooks = ("_update",) if item.binding else ("_create", "_create_many")
        if any(getattr(type(self), name) is not _OWN[name] for name in hooks):
            return
        for name in find_empty_required(self.model, item.values):
            raise empty_required_error(name, self._describe_written(item))

    def _describe_written(self, item: ImportItem) -> Written:
        return Written(
            model=self.model,
            name=self._describe_item(item),
            backend_name=self.backend_record.display_name,
            mapper_name=self._find_mapper_name(),
            values=item.values or {},
            sources=self._find_sources(),
            external_field=self.binder._external_field,
            external_id=item.key,
        )

    def _find_mapper_name(self) -> str:
        """Return the name of the mapper, where the importer has one."""
        found = self.many_components(usage=self._base_mapper_usage)
        return found[0]._name if found else self._name

    def _find_sources(self) -> dict[str, str]:
        describe = getattr(self.mapper, "describe", None) if self._has_mapper else None
        lines = describe() if describe else ()
        return {line["target"]: line["source"] for line in lines if line["target"]}

    @property
    def _has_mapper(self) -> bool:
        return len(self.many_components(usage=self._base_mapper_usage)) == 1

    def _describe_item(self, item: ImportItem) -> str:
        """Return the model, the external id and, where it is known, the name."""
        name = find_name(item)
        told = f"{self.model._name} {str(item.external_id):.{_MAX_ID}}"
        return f"{told} ({name})" if name else told

    # -- errors of the database -------------------------------------------------

    def _explain(self, item: ImportItem, error: Exception) -> Exception:
        """Return an error of the database in words; other errors stay as they are.

        The savepoint in which it came must have been rolled back.
        """
        if find_database_error(error) is None:
            return error
        explained = explain_database_error(error, self._describe_written(item))
        if explained is not error and explained.__cause__ is None:
            explained.__cause__ = error
        return explained

    def _run_explained(
        self, step: Callable[[list[ImportItem]], None], items: list[ImportItem]
    ) -> None:
        """Run a step that writes single records; explain the database's errors."""
        try:
            with self.env.cr.savepoint():
                step(items)
        except Exception as error:
            if not items or find_database_error(error) is None:
                raise
            explained = self._explain(items[0], error)
            if explained is error:
                raise
            raise explained from explained.__cause__

    # -- dependencies -----------------------------------------------------------

    def _failed_dependency_error(self, model: str, failed: ImportItem) -> Exception:
        """Return the error of a record that needs one that failed.

        It is tried again where the other one is, and by the same rules.
        """
        error = failed.error
        if isinstance(error, CredentialsRefused):  # nobody's in particular
            return error
        name = find_name(failed)
        message = self.env._(
            "It needs %(model)s %(external_id)s%(name)s, which failed: %(error)s",
            model=model,
            external_id=failed.external_id,
            name=f" ({name})" if name else "",
            error=error,
        )
        if not isinstance(error, RetryableJobError):
            raised: Exception = find_dependency_error(error)(message)
        elif isinstance(error, NetworkRetryableError):
            raised = NetworkRetryableError(message)
        else:
            raised = RetryableJobError(message)
        if isinstance(error, RetryableJobError):
            # when to try again, for which lock, and what the backend asked
            vars(raised).update(vars(error))
        raised.__cause__ = error
        return raised


class DependencyNotMapped(DependencyFailed, MappingError):
    """A record was not imported, because one that it needs could not be mapped."""


class DependencyInvalid(DependencyFailed, InvalidDataError):
    """A record was not imported, because one that it needs has unfit values."""


def find_dependency_error(error: Exception | None) -> type[DependencyFailed]:
    """Return the class for the error of a record that needs one with this error."""
    if isinstance(error, MappingError):
        return DependencyNotMapped
    if isinstance(error, InvalidDataError):
        return DependencyInvalid
    return DependencyFailed


_OWN = {
    name: getattr(ImportHooks, name) for name in ("_create", "_create_many", "_update")
}


def find_name(item: ImportItem) -> str:
    """Return the name of an external record, "" if it is not known."""
    for values in (item.values, item.external_record):
        if not isinstance(values, Mapping):
            continue
        for key in _NAMES:
            value: Any = values.get(key)
            if isinstance(value, str) and value.strip():
                return value.strip()[:_MAX_NAME]
    return ""
