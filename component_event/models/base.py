# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from odoo import api, models

from .. import delivery
from ..components.event import CollectedEvents, EventCollecter
from ..core import COLLECTER, EventWorkContext
from ..subscriptions import (
    LISTENER,
    SUBSCRIBED_MODELS,
    Subscription,
    find_subscription,
    ready_registry,
)

_subscribed_create, _subscribed_write, _subscribed_unlink = SUBSCRIBED_MODELS.values()


class Base(models.AbstractModel):
    """Send the events of records to listeners."""

    _inherit = "base"

    def _event(
        self, name: str, collection: Any = None, components_registry: Any = None
    ) -> CollectedEvents:
        """Collect the listeners of an event of this model, to notify them.

        Example: ``record._event("on_order_shipped").notify(record, tracking="1Z9")``

        :param collection: exclude the listeners of other collections
        :return: empty while the component registry is not ready
        :raises ValueError: if the name does not start with ``on_``
        """
        registry = ready_registry(self.env, components_registry)
        collecter_class = None if registry is None else registry.get(COLLECTER)
        if collecter_class is None:
            return CollectedEvents(())
        subscriptions = registry[LISTENER]._subscriptions
        key = (None if collection is None else collection._name, self._name, name)
        if key in subscriptions.without_listeners:
            return CollectedEvents(())
        work = self._event_work(registry, collection)
        collected = collecter_class(work).collect_events(name)
        if not collected.events and collecter_class.collect_events is _own_collect:
            subscriptions.remember_without_listeners(key)
        return collected

    def _event_work(self, registry: Any, collection: Any = None) -> EventWorkContext:
        return EventWorkContext(
            model_name=self._name,
            collection=collection,
            env=self.env if collection is None else None,
            components_registry=registry,
        )

    def _event_subscription(self, operation: str) -> Subscription | None:
        """Return the subscription to an operation, None without listeners.

        A model that overrides ``_event`` always gets the ``on_record_*`` events.
        """
        subscription = find_subscription(self, operation)
        if type(self)._event is not _own_event:
            own = {f"on_record_{operation}"}
            if subscription is None:
                return Subscription(frozenset(own), (), False)
            return subscription._replace(events=subscription.events | own)
        return subscription

    def _event_notifier(self) -> Callable[[str], CollectedEvents]:
        """Return the function that collects new listeners for each record.

        It uses one registry for the whole operation, even if another thread replaces
        the registry: either all records are notified, or none.
        """
        if type(self)._event is not _own_event:
            return self._event
        registry = ready_registry(self.env)
        collecter_class = None if registry is None else registry.get(COLLECTER)
        if collecter_class is None:
            return self._event
        return collecter_class(self._event_work(registry)).collect_events

    # Every create, write and unlink of every model runs these methods. The condition is
    # repeated, because a call would cost more than the condition: the model may have
    # listeners, or it overrides _event().

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        names = _subscribed_create
        if self._name in names or None in names or type(self)._event is not _own_event:
            records._event_created(vals_list)
        return records

    def write(self, vals):
        result = super().write(vals)
        names = _subscribed_write
        if self._name in names or None in names or type(self)._event is not _own_event:
            self._event_written(list(vals))
        return result

    def unlink(self):
        names = _subscribed_unlink
        if self._name in names or None in names or type(self)._event is not _own_event:
            return self._event_unlink(super().unlink)
        result = super().unlink()
        delivery.records_were_unlinked(self.env.cr)
        return result

    def _event_created(self, vals_list: list[dict]) -> None:
        subscription = self._event_subscription("create")
        if subscription is None:
            return
        if subscription.remembers_created:
            delivery.remember_created(self)
        collect = self._event_notifier()
        if "on_record_create" in subscription.events:
            for record, vals in zip(self, vals_list, strict=False):
                collect("on_record_create").notify(record, fields=list(vals))
        if "on_records_create" in subscription.events and self:
            # a copy: the caller may change its list later
            collect("on_records_create").notify(self, list(vals_list))

    def _event_written(self, fields: list[str]) -> None:
        subscription = self._event_subscription("write")
        if subscription is None:
            return
        collect = self._event_notifier()
        if "on_record_write" in subscription.events:
            for record in self:
                collect("on_record_write").notify(record, fields=list(fields))
        if "on_records_write" in subscription.events and self:
            collect("on_records_write").notify(self, fields)

    def _event_unlink(self, unlink: Callable[[], bool]) -> bool:
        """Unlink, and send the events before and after."""
        subscription = self._event_subscription("unlink")
        if subscription is None:
            result = unlink()
        else:
            collect = self._event_notifier()
            self._event_before_unlink(subscription, collect)
            values = self._event_kept_values(subscription)
            result = unlink()
            self._event_deleted(subscription, collect, values)
        delivery.records_were_unlinked(self.env.cr)
        return result

    def _event_before_unlink(
        self, subscription: Subscription, collect: Callable
    ) -> None:
        if "on_record_unlink" in subscription.events:
            for record in self:
                collect("on_record_unlink").notify(record)
        if "on_records_unlink" in subscription.events and self:
            collect("on_records_unlink").notify(self)

    def _event_kept_values(
        self, subscription: Subscription
    ) -> dict[int, dict[str, Any]]:
        """Return ``{id: values of @keep_values}``."""
        if not subscription.kept_fields:
            return {}
        names = list(subscription.kept_fields)
        return {
            values["id"]: {name: values[name] for name in names}
            for values in self.sudo().read(names, load="")
        }

    def _event_deleted(
        self,
        subscription: Subscription,
        collect: Callable,
        values: dict[int, dict[str, Any]],
    ) -> None:
        if "on_record_deleted" in subscription.events:
            for record in self:
                collect("on_record_deleted").notify(record, values.get(record.id, {}))
        if "on_records_deleted" in subscription.events and self:
            values_list = [values.get(record.id, {}) for record in self]
            collect("on_records_deleted").notify(self, values_list)


_own_event = Base._event
_own_collect = EventCollecter.collect_events
