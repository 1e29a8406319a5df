# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import psycopg2

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ...exception import InvalidDataError, RetryableJobError
from ...jobs.lifecycle import asks_to_wait
from ...outcome import Outcome
from ..external_id import is_external_id
from ..importer.database_errors import Written, explain_database_error
from ..session import Session


class ExportDependencies(AbstractComponent):
    """Export first what the record needs to be in the backend."""

    _name = "generic.export.dependencies"
    _inherit = "base.exporter"

    #: name of the one2many by which records know their bindings, if they have one
    _default_binding_field: str | None = None

    def _export_dependencies(self) -> None:
        """Name what the record needs, by ``_export_dependency``."""

    def _export_dependency(
        self,
        relation: models.BaseModel,
        binding_model: str,
        component_usage: str = "record.exporter",
        binding_field: str | None = None,
        binding_extra_vals: dict[str, Any] | None = None,
    ) -> None:
        """Export a related record, unless the backend has it already.

        A record without a binding gets one. The export of a dependency ends with
        a commit of its own: call this only from ``_export_dependencies``, before
        anything is written in Odoo.

        :param relation: a binding, or a record that is bound by ``binding_model``
        :param component_usage: of the exporter to use
        :param binding_field: one2many of the record to its bindings, by default
            ``_default_binding_field``; without one they are found by the binder's
            field for the record
        :param binding_extra_vals: for a binding that has to be made
        """
        if not relation:
            return
        binding = relation
        if self._is_bound_by(relation, binding_model, binding_field):
            binding = self._ensure_binding(relation, binding_model, binding_extra_vals)
        if (binding_model, binding.id) in Session.of(self.work).exporting:
            return
        if not is_external_id(self.binder_for(binding_model).to_external(binding)):
            exporter = self.component(usage=component_usage, model_name=binding_model)
            with self._letting_keep_dependencies():
                exporter.run(binding)
            if getattr(exporter, "outcome", Outcome.UPDATED) in (
                Outcome.CREATED,
                Outcome.UPDATED,
            ):
                Session.of(self.work).sent_dependencies.append(binding)

    @contextmanager
    def _letting_keep_dependencies(self) -> Iterator[None]:
        """Let the job commit the dependencies that were exported before it must wait.

        Only where the record itself is the job's, and nothing was done about it yet.
        """
        in_progress = Session.of(self.work).exporting
        try:
            yield
        except RetryableJobError as error:
            error.keeps_dependencies = (
                asks_to_wait(error)
                and bool(Session.of(self.work).sent_dependencies)
                and self.binding is not None
                and in_progress == {(self.binding._name, self.binding.id)}
            )
            raise

    def _requesting(self, is_one_request: bool) -> AbstractContextManager[None]:
        """Return the context in which the record itself is sent to the backend.

        :param is_one_request: if that is refused, nothing was done about the record
        """
        if is_one_request:
            return self._letting_keep_dependencies()
        return nullcontext()

    def _bind_before_waiting(self, error: BaseException) -> None:
        """Bind the record if it must wait, and the backend has it.

        A job that keeps dependencies commits that the receipt was claimed.
        """
        external_id = self.external_id
        if asks_to_wait(error) and is_external_id(external_id):
            if str(self.binder.to_external(self.binding)) != str(external_id):
                self.binder.bind(external_id, self.binding)

    def _is_bound_by(
        self, relation: models.BaseModel, binding_model: str, binding_field: str | None
    ) -> bool:
        """Tell whether ``relation`` is no binding itself, but has a binding."""
        if relation._name == binding_model:
            return False
        binding_field = binding_field or self._default_binding_field
        if binding_field and binding_field in relation._fields:
            return True
        odoo_field = self.binder_for(binding_model)._odoo_field
        field = self.env[binding_model]._fields.get(odoo_field)
        return field is not None and field.comodel_name == relation._name

    def _ensure_binding(
        self,
        record: models.BaseModel,
        binding_model: str,
        extra_values: dict[str, Any] | None = None,
    ) -> models.BaseModel:
        """Return the binding of a record, archived or not; make it if need be.

        :raise RetryableJobError: another job is making it now
        """
        binder = self.binder_for(binding_model)
        key = {
            binder._backend_field: self.backend_record.id,
            binder._odoo_field: record.id,
        }
        model = self.env[binding_model].sudo()
        bindings = model.with_context(active_test=False).search(
            [(name, "=", value) for name, value in key.items()]
        )
        if len(bindings) > 1:
            raise InvalidDataError(
                f"{record} has {len(bindings)} bindings {binding_model} "
                f"{bindings.ids} to {self.backend_record.display_name}: which of them "
                "to export? Delete the others."
            )
        if not bindings:
            self.advisory_lock_or_retry(("bind", binding_model, *key.values()))
            with self._explaining(model, record), self._retry_unique_violation():
                bindings = model.with_context(connector_no_export=True).create(
                    {**key, **(extra_values or {})}
                )
        return bindings.with_env(model.env)

    @contextmanager
    def _retry_unique_violation(self) -> Iterator[None]:
        """Turn a violated unique constraint into a retry of the job.

        Two jobs that need the same dependency may both make its binding; the one
        that comes second finds it on its next try. The binding model has to have
        a unique constraint on the backend and the record.
        """
        try:
            yield
        except psycopg2.errors.UniqueViolation as error:
            raise RetryableJobError(
                f"{self._name}: another job made the same record at this moment. It is "
                "tried once more.",
                seconds=2,
            ) from error

    @contextmanager
    def _explaining(
        self, model: models.BaseModel, record: models.BaseModel
    ) -> Iterator[None]:
        """Say which record is in the way where the database refuses a binding."""
        try:
            with self.env.cr.savepoint():
                yield
        except Exception as error:
            written = Written(
                model=model,
                name=f"{record._name} {record.id} ({record.display_name})",
                backend_name=self.backend_record.display_name,
                mapper_name=self._name,
                values={},
                sources={},
            )
            explained = explain_database_error(error, written)
            if explained is error:
                raise
            raise explained from explained.__cause__ or error
