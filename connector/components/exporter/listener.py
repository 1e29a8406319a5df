# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Listeners that decide which edits are exported. They never synchronize.

.. code-block:: text

    create, write, unlink of a record
      └─ event
           └─ ExportListener      on the models of _apply_on, and more: follow.py
                │  which bindings does the edit concern?       affected_bindings.py
                │  which fields does their mapper read?        sources.py
                └─ ExportRequests.of(cr)                       queue.py
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent
from odoo.addons.component_event import before_commit, skip_if

from ..external_id import is_external_id
from ..importer.aliases import CREATED_AT
from .affected_bindings import ExportSources, delegation_paths, fields_of, follow_back
from .follow import Follow, Listened, find_followed
from .queue import Deletion, ExportRequests
from .sources import find_export_sources


class ConnectorListener(AbstractComponent):
    """Base of the listeners of a connector."""

    _name = "base.connector.listener"
    _inherit = ["base.connector", "base.event.listener"]

    def no_connector_export(self, record: models.BaseModel) -> bool:
        """Return whether the change comes from a connector."""
        context = record.env.context
        return bool(
            context.get("no_connector_export") or context.get("connector_no_export")
        )


def from_connector(self, records, *args, **kwargs) -> bool:
    """Return whether the change comes from a connector; for ``@skip_if``."""
    return self.no_connector_export(records)


class ExportListener(AbstractComponent):
    """Listener that requests exports of bindings when they, or their records, change.

    It applies on binding models, and on the models they wrap if changes of these count:
    ``_apply_on = ["my.res.partner", "res.partner"]``. Or on all bindings of a
    connector, by the abstract model that they inherit: ``_apply_on = "my.binding"``,
    except those with ``_is_exported = False`` and those of listeners built on this one.
    """

    _name = "generic.export.listener"
    _inherit = "base.connector.listener"

    #: fields whose change alone is not exported
    _ignored_fields: Iterable[str] = ()
    #: how other models concern bindings: ``{"stock.quant": Follow("product_id")}``
    _follow: Mapping[str, Follow] = {}
    #: whether changes of records that the record delegates to by ``_inherits`` count
    _follows_inherits = True

    _backend_field = "backend_id"
    _odoo_field = "odoo_id"
    _external_field = "external_id"

    #: weak reference to Odoo's registry of models, once the components are loaded
    _model_registry: Any = None
    _listened: Listened | None = None

    @classmethod
    def _is_binding_model(cls, model: Any) -> bool:
        """Return whether a model has the fields by which bindings are known."""
        return {cls._backend_field, cls._odoo_field} <= model._fields.keys()

    @classmethod
    def _complete_component_build(cls) -> None:
        cls._listen()
        super()._complete_component_build()

    @classmethod
    def _listen(cls, declared: Iterable[str] | None = None) -> None:
        """Apply on followed models, too, as soon as Odoo's models are known.

        :param declared: the models that ``_apply_on`` stands for, if it is a base
        """
        pool = cls._model_registry and cls._model_registry()
        known = vars(cls).get("_listened")
        if known is not None and vars(cls).get("_apply_on") is known.applied:
            # an extension may have declared others since
            del cls._apply_on
            if declared is None and known.base == cls._apply_on:
                declared = known.declared
        if pool is None or (declared or cls._apply_on) is None:
            return
        base, declared = cls._apply_on, list(declared or cls.apply_on_models)
        cls._apply_on = find_followed(pool, cls, declared)
        cls._listened = Listened(cls._apply_on, base, declared)

    # -- hooks ----------------------------------------------------------------

    def _must_export(self, binding: models.BaseModel) -> bool:
        """Return whether the backend gets the change."""
        return True

    def _must_delete(self, binding: models.BaseModel) -> bool:
        """Return whether the external record of a deleted binding is deleted."""
        return True

    def _find_backends_for(self, record: models.BaseModel) -> models.BaseModel | None:
        """Return the backends to bind a new record to, if any."""
        return None

    def _job_options(self, binding: models.BaseModel) -> dict[str, Any]:
        """Return options for the job: ``priority``, ``eta``, ``channel`` …"""
        return {}

    # -- events ---------------------------------------------------------------

    @skip_if(from_connector)
    @before_commit
    def on_records_create(self, records: models.BaseModel, vals_list=None) -> None:
        """Export new bindings; bind new records to backends (``_find_backends_for``).

        A new record may change the export of others, for example as their line.
        """
        self._bind_new_records(records)
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
        """Export the changed fields that the mapper reads."""
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
        """Delete external records whose binding this transaction deletes.

        The database deletes a binding with its record, and the record with those it
        delegates to. Other bindings are exported, for example without a deleted line.
        """
        bindings = self._find_bindings(records)
        for binding in bindings:
            external_id = binding[self._external_field]
            if is_external_id(external_id) and self._must_delete(binding):
                created_at = CREATED_AT in binding._fields and binding[CREATED_AT]
                ExportRequests.of(self.env.cr).delete(
                    Deletion(
                        binding[self._backend_field], binding, external_id, created_at
                    )
                )
        self._request_changes(
            records, frozenset(records._fields), without=set(bindings)
        )
        self._request_followed(records, None)

    # -- requests -------------------------------------------------------------

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
        """Request the exports that a change of fields causes."""
        backend_field = self._backend_field
        for model in self._listened_bindings():
            for sources, backend in self._find_sources(model):
                changes = sources.find_changes(records, names, is_new=is_new)
                for binding, exported in changes.items():
                    if backend is not None and binding[backend_field] != backend:
                        continue
                    if binding not in without:
                        self._request_export(binding, exported)

    def _request_followed(
        self, records: models.BaseModel, names: Iterable[str] | None
    ) -> None:
        """Request the exports that a change of a model in ``_follow`` causes."""
        follow = self._follow.get(records._name)
        if follow is None or not follow.concerns(names):
            return
        find = getattr(self, follow.to, None)
        records = records.sudo().with_context(active_test=False)
        found = find(records) if callable(find) else records.mapped(follow.to)
        for binding in self._find_bindings(found):
            self._request_export(binding, follow.exports)

    def _bind_new_records(self, records: models.BaseModel) -> None:
        """Create bindings of new records; their creation requests the export."""
        binding_models = self._binding_models(records)
        if not binding_models:
            return
        wanted: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for record in records:
            for backend in self._find_backends_for(record) or ():
                wanted[backend._name].append((backend.id, record.id))
        names = (self._backend_field, self._odoo_field)
        for model in binding_models:
            links = wanted.get(model._fields[self._backend_field].comodel_name, ())
            domain = [
                (name, "in", ids)
                for name, ids in zip(names, zip(*links, strict=True), strict=False)
            ]
            found = (
                model.with_context(active_test=False).search(domain) if links else ()
            )
            bound = {tuple(binding[name].id for name in names) for binding in found}
            new = [link for link in links if link not in bound]
            if new:
                model.create([dict(zip(names, link, strict=True)) for link in new])

    # -- bindings -------------------------------------------------------------

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
        """Return the bindings of which the records are a level."""
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
        """Return the binding models of this listener that bind these records."""
        return [
            model
            for model in self._listened_bindings()
            if model._fields[self._odoo_field].comodel_name == records._name
        ]

    def _listened_bindings(self) -> Iterator[models.BaseModel]:
        """Yield the binding models that this listener applies on."""
        for name in type(self).apply_on_models or ():
            if name in self.env and self._is_binding_model(self.env[name]):
                yield self.env[name].sudo()

    def _find_sources(
        self, model: models.BaseModel
    ) -> Iterator[tuple[ExportSources, models.BaseModel | None]]:
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
