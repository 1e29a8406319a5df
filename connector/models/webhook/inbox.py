# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The inbox: notifications are stored before anything is imported.

::

    request ──► genuine? ── no ──► 401, nothing is written
                  │ yes
                  ▼
                backend off? ── draft, archived, copied ──► 503, send again later
                  │ on, or paused
                  ▼
                too many events wait? ──► 429, send again later
                  │
                  ▼
                known delivery id? ──► counted, nothing to import
                  │
                  ▼
                one row in connector.webhook.event, one job for all that wait

A notification that was answered with a success is in the database, and stays *waiting*
until the transaction that imports its records. A model uses the inbox by declaring
``_webhook_scheme``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg2
from werkzeug.exceptions import (
    RequestEntityTooLarge,
    ServiceUnavailable,
    TooManyRequests,
    UnprocessableEntity,
)

from odoo import models

from ...components.exporter.queue import WAITING_STATES
from ...components.external_id import storable_text
from ...http.webhooks.signatures import WebhookScheme, short_name
from ..backend import PAUSED
from .event import FAILED, NOTHING, RECEIVED
from .mixin import RETRY_AFTER_SECONDS

#: seconds after which to send a notification again that was one too many
FLOOD_SECONDS = 60


class ConnectorWebhookMixin(models.AbstractModel):
    _inherit = "connector.webhook.mixin"

    #: events of a backend that may wait; more are refused until some are imported
    _webhook_max_waiting = 10_000

    def _register_hook(self):
        """Check the declaration of the model.

        :raise TypeError: naming the attribute
        """
        scheme = self._webhook_scheme
        if scheme is not None and not isinstance(scheme, WebhookScheme):
            raise TypeError(
                f"{self._name}._webhook_scheme is {scheme!r}: expected a scheme, such "
                "as Shopify()."
            )
        return super()._register_hook()

    def _store_webhook(
        self,
        headers: Mapping[str, str],
        body: bytes,
        payload: Any,
        topic: str | None = None,
    ) -> tuple[int, bool]:
        """Store a genuine notification, and delay its import.

        :param topic: of the address, which takes precedence
        :return: the number of records, and whether the delivery is new
        :raise werkzeug.exceptions.HTTPException: the notification is refused
        """
        self.ensure_one()
        self._check_can_store_webhooks()
        events = self.env["connector.webhook.event"].sudo()
        self._check_few_events_wait(events)
        delivery = self._webhook_scheme.describe(headers, payload)
        topic = short_name(topic) or delivery.topic
        values = self._read_webhook(topic, payload)
        needs_job = values["state"] == RECEIVED and not self._has_import_job(values)
        if needs_job and (problem := self._find_user_problem()):
            raise ServiceUnavailable(problem, retry_after=RETRY_AFTER_SECONDS)
        event = events._store(
            self,
            topic=topic,
            delivery_id=delivery.id,
            sent_at=delivery.sent_at,
            headers=self._stored_headers(headers),
            payload=storable_text(body.decode("utf-8", "backslashreplace")),
            **values,
        )
        if not event:
            return 0, False
        event._note_error()
        if needs_job:
            self._delay_import_of_events(values["model_name"])
        return len(values["external_ids"] or ()), True

    def _stored_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers of a notification that are stored: none has a proof."""
        names = self._webhook_scheme.stored_headers()
        return {name: storable_text(headers[name]) for name in names if name in headers}

    def _check_can_store_webhooks(self) -> None:
        """Refuse notifications while the backend is off, unless it is only paused.

        :raise ServiceUnavailable: send them again later
        """
        if reason := self._find_reason_to_refuse():
            raise ServiceUnavailable(reason, retry_after=RETRY_AFTER_SECONDS)

    def _find_reason_to_refuse(self) -> str | None:
        """Return why the backend is off, None if it is on or only paused."""
        reason = self._find_reason_to_pause()
        is_only_paused = (
            "state" in self._fields
            and self.state == PAUSED
            and not self._is_archived()
            and not self._find_other_database()
        )
        return None if is_only_paused else reason

    def _check_few_events_wait(self, events: models.BaseModel) -> None:
        """Refuse notifications while too many wait for their import.

        :raise TooManyRequests: send them again later
        """
        if events._are_many_waiting(self, self._webhook_max_waiting):
            raise TooManyRequests(
                f"{self._webhook_max_waiting} notifications wait for their import.",
                retry_after=FLOOD_SECONDS,
            )

    def _has_import_job(self, values: Mapping[str, Any]) -> bool:
        """Return whether a job waits that will import the event, in one cheap query."""
        model = self.env[values["model_name"]]
        key = model._identify_import_notified(self._name, self.id)
        self.env.cr.execute(
            "SELECT FROM queue_job WHERE identity_key = %s AND state = ANY(%s) LIMIT 1",
            (key, list(WAITING_STATES)),
        )
        return bool(self.env.cr.rowcount)

    def _read_webhook(self, topic: str | None, payload: Any) -> dict[str, Any]:
        """Return the binding model and the external ids that a notification is about.

        An error of a hook does not lose the notification: it is stored as failed.

        :raise werkzeug.exceptions.RequestEntityTooLarge: too many records
        """
        values = dict.fromkeys(("model_name", "external_ids", "error"))
        values["state"] = RECEIVED
        try:
            known = self._webhook_models()
            if topic not in known:
                names = ", ".join(sorted(known)) or "none"
                error = f"Unknown topic {topic!r}. Known: {names}."
                return {**values, "state": NOTHING, "error": error}
            values["model_name"] = known[topic]
            if not values["model_name"]:
                return {**values, "state": NOTHING}
            self._check_webhook_model(topic, values["model_name"])
            external_ids = self._webhook_external_ids(topic, payload)
            values["external_ids"] = self._checked_external_ids(external_ids)
        except UnprocessableEntity as error:
            values.update(state=NOTHING, error=error.description)
        except (psycopg2.Error, RequestEntityTooLarge):
            raise
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            values.update(state=FAILED, error=storable_text(message))
        return values

    def _check_webhook_model(self, topic: str, model_name: str) -> None:
        """Raise an error if a topic is mapped to something else than a binding model.

        :raise TypeError: naming the attribute
        """
        if not hasattr(self.env.registry.get(model_name), "import_notified"):
            raise TypeError(
                f"_webhook_topics of {self._name} maps {topic!r} to {model_name!r}: "
                "expected a model that inherits connector.binding.mixin."
            )

    def _delay_import_of_events(self, model_name: str) -> None:
        """Delay one job for all waiting events of a binding model."""
        backend = self._as_webhook_user()
        backend.env[model_name]._delay_import_notified(backend)
