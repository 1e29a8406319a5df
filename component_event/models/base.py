# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from odoo import api, models

from .. import delivery
from ..components.event import CollectedEvents, EventCollecter
from ..core import COLLECTER, EventWorkContext
from ..listening import HEARD, LISTENER, Audience, find_audience, ready_registry

# models that a listener was built for; None: any
_heard_create, _heard_write, _heard_unlink = HEARD.values()


class Base(models.AbstractModel):
    """Send the events of records, where somebody listens."""

    _inherit = "base"

    def _event(
        self, name: str, collection: Any = None, components_registry: Any = None
    ) -> CollectedEvents:
        """Collect the listeners of an event of this model, to notify them.

        Example: ``record._event("on_order_shipped").notify(record, tracking="1Z9")``

        :param collection: send it to the listeners of this collection, and to those of
            none; by default to all
        :return: empty while the component registry is not ready
        :raises ValueError: when the name does not start with ``on_``
        """
        registry = ready_registry(self.env, components_registry)
        collecter_class = None if registry is None else registry.get(COLLECTER)
        if collecter_class is None:
            return CollectedEvents(())
        audiences = registry[LISTENER]._audiences
        key = (None if collection is None else collection._name, self._name, name)
        if key in audiences.unheard:
            return CollectedEvents(())
        work = self._event_work(registry, collection)
        collected = collecter_class(work).collect_events(name)
        if not collected.events and collecter_class.collect_events is _own_collect:
            audiences.remember_unheard(key)
        return collected

    def _event_work(self, registry: Any, collection: Any = None) -> EventWorkContext:
        return EventWorkContext(
            model_name=self._name,
            collection=collection,
            env=self.env if collection is None else None,
            components_registry=registry,
        )

    def _event_audience(self, operation: str) -> Audience | None:
        """Return who listens to an operation, None when nobody does.

        A model that overrides ``_event`` decides itself: it is always asked.
        """
        audience = find_audience(self, operation)
        if type(self)._event is not _own_event:
            asked = {f"on_record_{operation}"}
            if audience is None:
                return Audience(frozenset(asked), (), False)
            return audience._replace(events=audience.events | asked)
        return audience

    def _event_notifier(self) -> Callable[[str], CollectedEvents]:
        """Return what collects fresh listeners for each record of one operation.

        It stays the same registry's, even if that one is replaced meanwhile: all
        records are notified, or none.
        """
        if type(self)._event is not _own_event:
            return self._event
        registry = ready_registry(self.env)
        collecter_class = None if registry is None else registry.get(COLLECTER)
        if collecter_class is None:
            return self._event
        return collecter_class(self._event_work(registry)).collect_events

    # Every create, write and unlink of every model comes through here. The conditions
    # are written out, as a call would cost more than all of them: the model is one that
    # somebody may be listening to, or it decides itself by its own _event().

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        heard = _heard_create
        if self._name in heard or None in heard or type(self)._event is not _own_event:
            records._event_created(vals_list)
        return records

    def write(self, vals):
        result = super().write(vals)
        heard = _heard_write
        if self._name in heard or None in heard or type(self)._event is not _own_event:
            self._event_written(list(vals))
        return result

    def unlink(self):
        heard = _heard_unlink
        if self._name in heard or None in heard or type(self)._event is not _own_event:
            return self._event_unlink(super().unlink)
        result = super().unlink()
        delivery.records_were_unlinked(self.env.cr)
        return result

    def _event_created(self, vals_list: list[dict]) -> None:
        audience = self._event_audience("create")
        if audience is None:
            return
        if audience.remembers_created:
            delivery.remember_created(self)
        collect = self._event_notifier()
        if "on_record_create" in audience.events:
            for record, vals in zip(self, vals_list, strict=False):
                collect("on_record_create").notify(record, fields=list(vals))
        if "on_records_create" in audience.events and self:
            # a copy: the caller may go on to use its list for something else
            collect("on_records_create").notify(self, list(vals_list))

    def _event_written(self, fields: list[str]) -> None:
        audience = self._event_audience("write")
        if audience is None:
            return
        collect = self._event_notifier()
        if "on_record_write" in audience.events:
            for record in self:
                collect("on_record_write").notify(record, fields=list(fields))
        if "on_records_write" in audience.events and self:
            collect("on_records_write").notify(self, fields)

    def _event_unlink(self, unlink: Callable[[], bool]) -> bool:
        """Unlink, and tell of it before and afterwards."""
        audience = self._event_audience("unlink")
        if audience is None:
            result = unlink()
        else:
            collect = self._event_notifier()
            self._event_before_unlink(audience, collect)
            values = self._event_kept_values(audience)
            result = unlink()
            self._event_deleted(audience, collect, values)
        delivery.records_were_unlinked(self.env.cr)
        return result

    def _event_before_unlink(self, audience: Audience, collect: Callable) -> None:
        if "on_record_unlink" in audience.events:
            for record in self:
                collect("on_record_unlink").notify(record)
        if "on_records_unlink" in audience.events and self:
            collect("on_records_unlink").notify(self)

    def _event_kept_values(self, audience: Audience) -> dict[int, dict[str, Any]]:
        """Read what listeners want to know of records when they are gone, by id."""
        if not audience.kept_fields:
            return {}
        names = list(audience.kept_fields)
        return {
            values["id"]: {name: values[name] for name in names}
            for values in self.sudo().read(names, load="")
        }

    def _event_deleted(
        self, audience: Audience, collect: Callable, values: dict[int, dict[str, Any]]
    ) -> None:
        if "on_record_deleted" in audience.events:
            for record in self:
                collect("on_record_deleted").notify(record, values.get(record.id, {}))
        if "on_records_deleted" in audience.events and self:
            values_list = [values.get(record.id, {}) for record in self]
            collect("on_records_deleted").notify(self, values_list)


_own_event = Base._event
_own_collect = EventCollecter.collect_events
