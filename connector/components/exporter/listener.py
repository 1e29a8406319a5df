# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent
from odoo.addons.component_event import before_commit, skip_if

from ..external_id import is_external_id
from ..importer.aliases import CREATED_AT
from .followed_models import (
    Follow,
    delegation_paths,
    fields_of,
    find_followed,
    follow_back,
    is_binding_model,
)
from .jobs import Deletion
from .mapper_sources import find_export_sources
from .requests import ExportRequests
from .sources import Changes, ExportSources


def from_connector(self, records, *args, **kwargs) -> bool:
    return self.no_connector_export(records)


class ExportListener(AbstractComponent):
    """Have bindings exported when they, or the records behind them, change.

    It applies on the binding models, and on the models they wrap where changes
    made there count: ``_apply_on = ["my.res.partner", "res.partner"]``. Or on all
    bindings of a connector, by the abstract model that these inherit:
    ``_apply_on = "my.binding"``. That leaves out those with ``_is_exported = False``,
    and what another listener, built on this one, applies on.

    It hears also of the records that a binding or its record delegates to by
    ``_inherits``, and of the models in ``_follow``: see ``followed_models.py``.

    Whatever happens to a record in a transaction makes one job, of all the fields that
    changed and that the export mapper reads: see ``export_sources.py``.
    """

    _name = "generic.export.listener"
    _inherit = "base.connector.listener"

    #: fields whose change alone is no reason to export
    _ignored_fields: Iterable[str] = ()
    #: how other models concern bindings: ``{"stock.quant": Follow("product_id")}``
    _follow: Mapping[str, Follow] = {}
    #: whether changes of what the record delegates to by ``_inherits`` count
    _follows_inherits = True

    _backend_field = "backend_id"
    _odoo_field = "odoo_id"
    _external_field = "external_id"

    #: Odoo's registry of models (a weak reference), once the components are loaded
    _model_registry: Any = None
    #: what ``_apply_on`` was replaced by, and what it was
    _listened: tuple[list[str], Any] | None = None

    @classmethod
    def _complete_component_build(cls) -> None:
        cls._listen()
        super()._complete_component_build()

    @classmethod
    def _listen(cls, declared: Iterable[str] | None = None) -> None:
        """Apply on what is followed, too, as soon as Odoo's models are known.

        :param declared: the models that ``_apply_on`` stands for, where it is a base
        """
        pool = cls._model_registry and cls._model_registry()
        own = vars(cls)
        known = own.get("_listened")
        if known is not None and own.get("_apply_on") is known[0]:
            # an extension may have declared others since
            del cls._apply_on
            if declared is None and known[1][0] == cls._apply_on:
                declared = known[1][1]
        if pool is None or (declared or cls._apply_on) is None:
            return
        base, declared = cls._apply_on, list(declared or cls.apply_on_models)
        cls._apply_on = find_followed(pool, cls, declared)
        cls._listened = (cls._apply_on, (base, declared))

    # -- events ---------------------------------------------------------------

    @skip_if(from_connector)
    @before_commit
    def on_records_create(self, records: models.BaseModel, vals_list=None) -> None:
        """Export new bindings, and bind new records to the backends that want them.

        A new record may also change what is exported of others, as a line of them.
        """
        if self._binding_models(records):
            for record in records:
                self._bind_new_record(record)
        new = self._find_wrapping(records)
        for binding in new:
            self._request_export(binding, None)
        self._request_changes(
            records, frozenset(records._fields), without=set(new), is_new=True
        )
        self._request_followed(records, None)

    @skip_if(from_connector)
    @before_commit
    def on_records_write(
        self, records: models.BaseModel, fields: Iterable[str] | None = None
    ) -> None:
        """Export what the mapper reads of the fields that changed."""
        if fields is None:
            for binding in self._find_bindings(records):
                self._request_export(binding, None)
            return
        changed = frozenset(fields) - frozenset(self._ignored_fields)
        if changed:
            self._request_changes(records, changed)
            self._request_followed(records, changed)

    @skip_if(from_connector)
    def on_records_unlink(self, records: models.BaseModel) -> None:
        """Delete remotely the records of bindings that this transaction deletes.

        The database deletes a binding with its record, and that with what it delegates
        to. What is left may have to be exported, as it has one line less.
        """
        bindings = self._find_bindings(records)
        for binding in bindings:
            external_id = binding[self._external_field]
            if is_external_id(external_id) and self._must_delete(binding):
                ExportRequests.of(self.env.cr).delete(
                    Deletion(
                        binding[self._backend_field],
                        binding,
                        external_id,
                        CREATED_AT in binding._fields and binding[CREATED_AT],
                    )
                )
        self._request_changes(
            records, frozenset(records._fields), without=set(bindings)
        )
        self._request_followed(records, None)

    # -- whether --------------------------------------------------------------

    def _must_export(self, binding: models.BaseModel) -> bool:
        """Tell whether the backend must hear of the change."""
        return True

    def _must_delete(self, binding: models.BaseModel) -> bool:
        """Tell whether the backend must hear that the binding is gone."""
        return True

    def _find_backends_for(self, record: models.BaseModel) -> models.BaseModel | None:
        """Return the backends that a new record is to be bound to, if any."""
        return None

    def _job_options(self, binding: models.BaseModel) -> dict[str, Any]:
        """Return options for the job: ``priority``, ``eta``, ``channel`` …"""
        return {}

    # -- how ------------------------------------------------------------------

    def _request_export(
        self, binding: models.BaseModel, fields: Iterable[str] | None
    ) -> None:
        if self._must_export(binding):
            ExportRequests.of(self.env.cr).export(
                binding, fields, self._job_options(binding)
            )

    def _request_changes(
        self,
        records: models.BaseModel,
        names: frozenset[str],
        without: Iterable[models.BaseModel] = (),
        is_new: bool = False,
    ) -> None:
        """Request what a change of fields means for bindings, except for some."""
        for model in self._listened_bindings():
            for sources, backend in self._find_sources(model):
                changes = sources.find_changes(records, names, is_new=is_new)
                for binding, exported in self._of_backend(changes, backend).items():
                    if binding not in without:
                        self._request_export(binding, exported)

    def _of_backend(self, changes: Changes, backend: models.BaseModel | None):
        if backend is None:
            return changes
        name = self._backend_field
        return {b: names for b, names in changes.items() if b[name] == backend}

    def _request_followed(
        self, records: models.BaseModel, names: Iterable[str] | None
    ) -> None:
        """Request what a change of a model in ``_follow`` means for bindings."""
        follow = self._follow.get(records._name)
        if follow is None or not follow.concerns(names):
            return
        find = getattr(self, follow.to, None)
        records = records.sudo().with_context(active_test=False)
        found = find(records) if callable(find) else records.mapped(follow.to)
        for binding in self._find_bindings(found):
            self._request_export(binding, follow.exports)

    def _bind_new_record(self, record: models.BaseModel) -> None:
        """Make the bindings of a new record; their creation has them exported."""
        for backend in self._find_backends_for(record) or ():
            for model in self._binding_models(record):
                if model._fields[self._backend_field].comodel_name == backend._name:
                    link = {
                        self._backend_field: backend.id,
                        self._odoo_field: record.id,
                    }
                    if not self._search_bindings(model, link):
                        model.create(link)

    def _search_bindings(
        self, model: models.BaseModel, link: dict[str, Any]
    ) -> models.BaseModel:
        return model.with_context(active_test=False).search(
            [(name, "=", value) for name, value in link.items()]
        )

    def _find_wrapping(self, records: models.BaseModel) -> list[models.BaseModel]:
        """Return the bindings themselves, or those of the records, archived or not."""
        if self._is_binding_model(records):
            return list(records.sudo())
        return [
            binding.with_env(model.env)
            for model in self._binding_models(records)
            for binding in model.with_context(active_test=False).search(
                [(self._odoo_field, "in", records.ids)]
            )
        ]

    def _find_bindings(self, records: models.BaseModel) -> list[models.BaseModel]:
        """Return the bindings that consist of the records, on any level."""
        if self._is_binding_model(records):
            return list(records.sudo())
        bindings = []
        for model in self._listened_bindings() if records else ():
            paths = delegation_paths(model.pool, model._name, self._odoo_field)
            if records._name in paths:
                path = fields_of(model.pool, model._name, paths[records._name])
                found = follow_back(records.with_env(model.env), path)
                bindings += found.with_env(model.env)
        return bindings

    def _binding_models(self, records: models.BaseModel) -> list[models.BaseModel]:
        """Return the models, of those listened to, that bind these records."""
        return [
            model
            for model in self._listened_bindings()
            if model._fields[self._odoo_field].comodel_name == records._name
        ]

    def _listened_bindings(self) -> Iterator[models.BaseModel]:
        """Yield the binding models that are listened to."""
        for name in type(self).apply_on_models or ():
            if name in self.env and self._is_binding_model(self.env[name]):
                yield self.env[name].sudo()

    def _is_binding_model(self, records: models.BaseModel) -> bool:
        return is_binding_model(records, self._backend_field, self._odoo_field)

    def _find_sources(
        self, model: models.BaseModel
    ) -> Iterator[tuple[ExportSources, models.BaseModel | None]]:
        """Yield what the export mapper reads, and for which backend; None: for all."""
        return find_export_sources(
            model,
            backends=self.env[model._fields[self._backend_field].comodel_name].sudo(),
            odoo_field=self._odoo_field,
            components_registry=self.work.components_registry,
            followed=frozenset(
                name
                for follow in self._follow.values()
                for name in follow.exports or ()
            ),
        )
