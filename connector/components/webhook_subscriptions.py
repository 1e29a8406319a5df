# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Subscriptions: which notifications a backend sends, and to which address.

A connector whose backend can list, create and delete them defines a component with the
usage ``webhook.subscriptions``; *Check webhooks* (``wizards/webhook_check.py``) then
shows and repairs them::

    class ShopSubscriptions(Component):
        _name = "shop.webhook.subscriptions"
        _inherit = ["base.webhook.subscriptions", "shop.adapter"]

        def list(self): …
        def create(self, topic, address, secret): …
        def delete(self, subscription_id): …

===============  =====================================================  ===============
state            meaning                                                repair
===============  =====================================================  ===============
active           the topic is sent to the address of the backend        –
missing          the topic is not sent                                  create
elsewhere        it is sent to this backend on another server or        create, delete
                 database, and not to this one
other            the same, besides this one: another Odoo may use it    by a person
disabled         the backend stopped sending                            delete, create
doubled          it is sent twice to the same address                   delete
===============  =====================================================  ===============
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from odoo.addons.component.core import AbstractComponent

ACTIVE, MISSING, ELSEWHERE = "active", "missing", "elsewhere"
OTHER, DISABLED, DOUBLED = "other", "disabled", "doubled"
#: states that *Repair* can end
REPAIRABLE = (MISSING, ELSEWHERE, OTHER, DISABLED, DOUBLED)


class Subscription(NamedTuple):
    """A subscription in the backend."""

    id: Any
    topic: str
    address: str
    is_enabled: bool = True


class SubscriptionState(NamedTuple):
    """The state of a topic, or of one of its subscriptions."""

    state: str
    topic: str
    #: to which the backend must send
    address: str
    #: None if it is missing
    subscription: Subscription | None = None


class WebhookSubscriptions(AbstractComponent):
    """Base of the components that manage the subscriptions of a backend."""

    _name = "base.webhook.subscriptions"
    _inherit = "base.connector"
    _usage = "webhook.subscriptions"

    def list(self) -> Iterable[Subscription]:
        """Return all subscriptions, one for each topic and address."""
        raise NotImplementedError(f"{self._name} has no list().")

    def create(self, topic: str, address: str, secret: str) -> None:
        """Send a topic to an address, signed with the secret.

        Where the backend makes the secret, pass it to
        ``self.backend_record._replace_webhook_secret(…)``.
        """
        raise NotImplementedError(f"{self._name} has no create().")

    def delete(self, subscription_id: Any) -> None:
        """End a subscription."""
        raise NotImplementedError(f"{self._name} has no delete().")

    def repair(self, row: SubscriptionState, secret: str) -> None:
        """Create a missing subscription, and delete a wrong one.

        A subscription that works is never deleted before its successor exists.
        """
        if row.state in (DISABLED, DOUBLED, OTHER):
            self.delete(row.subscription.id)
        if row.state in (MISSING, ELSEWHERE, DISABLED):
            self.create(row.topic, row.address, secret)
        if row.state == ELSEWHERE:
            self.delete(row.subscription.id)


def compare_subscriptions(
    expected: Mapping[str, str],
    found: Iterable[Subscription],
    is_of_backend: Callable[[str], bool],
) -> list[SubscriptionState]:
    """Return the state of each expected topic, and of its subscriptions.

    :param expected: ``{topic: address}``
    :param is_of_backend: whether an address is one of this backend, on any server
    """
    found = list(found)
    rows: list[SubscriptionState] = []
    for topic, address in expected.items():
        of_topic = [each for each in found if each.topic == topic]
        here = [each for each in of_topic if _is_same(each.address, address)]
        elsewhere = [
            each
            for each in of_topic
            if each not in here and is_of_backend(each.address)
        ]
        here.sort(key=lambda each: not each.is_enabled)
        states: list[tuple[str, Subscription | None]] = []
        if here:
            states.append((ACTIVE if here[0].is_enabled else DISABLED, here[0]))
            states += [(DOUBLED, each) for each in here[1:]]
            states += [(OTHER, each) for each in elsewhere]
        elif elsewhere:
            states.append((ELSEWHERE, elsewhere[0]))
            states += [(OTHER, each) for each in elsewhere[1:]]
        else:
            states.append((MISSING, None))
        rows += [SubscriptionState(state, topic, address, s) for state, s in states]
    return rows


def _is_same(found: str, expected: str) -> bool:
    return found.rstrip("/") == expected.rstrip("/")
