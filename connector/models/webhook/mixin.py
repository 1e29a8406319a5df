# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Webhooks: a backend notifies Odoo of changed records.

==========================  ========================================================
``mixin.py``                the address, the hooks of a connector, jobs without events
``secrets.py``              the secrets, and whether a request is genuine
``inbox.py``                stores notifications, where the model has a scheme
``event.py``                the stored notifications; ``duplicate.py`` counts those
                            that came again
``import_notified.py``      the job that imports what they name
``event_actions.py``        retry, replay and settlement of events
``event_errors.py``         the errors of events that cannot be read
==========================  ========================================================

::

    POST /connector/webhook/<backend model>/<id>[/<topic>]      controllers/webhook.py
      └ _is_genuine_webhook    by the scheme, or the token
      ├ without a scheme
      │ └ _receive_webhook     503 while the backend is off: send again later
      │   └ one import_record job per external id, none for one that waits already
      └ with _webhook_scheme
        └ _store_webhook       an event; a paused backend stores, too
          └ one import_notified job for all waiting events of a binding model

Both find the records by ``_webhook_models`` and ``_webhook_external_ids``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from werkzeug.exceptions import (
    NotFound,
    RequestEntityTooLarge,
    ServiceUnavailable,
    UnprocessableEntity,
)

from odoo import api, fields, http, models

from odoo.addons.queue_job.job import identity_exact

from ...components.external_id import can_be_stored, is_external_id
from ...http.webhooks.signatures import WebhookScheme
from ...jobs.descriptions import name_of_model
from ...jobs.lifecycle import WEBHOOK_PRIORITY, as_own_user, delay_many
from ..binding_jobs import JOB_TRIES

MAX_RECORDS = 1000
#: seconds after which to send a notification again that came while the backend is off
RETRY_AFTER_SECONDS = 3600
#: characters of a refused id that the answer quotes
MAX_QUOTED = 100


class ConnectorWebhookMixin(models.AbstractModel):
    """Base of backend models that receive webhooks.

    The backend posts JSON to ``webhook_url``, with a binding model as the topic, and
    authenticates itself by the token, or as ``_webhook_scheme`` says.
    """

    _name = "connector.webhook.mixin"
    _inherit = ["connector.backend.user"]
    _description = "Webhook of a Backend"

    #: how the backend signs; notifications are stored then, before they are imported
    _webhook_scheme: ClassVar[WebhookScheme | None] = None
    #: ``{topic of the backend: binding model}``; None: nothing to do
    _webhook_topics: ClassVar[Mapping[str, str | None]] = {}

    webhook_url = fields.Char(
        compute="_compute_webhook_url",
        string="Webhook address",
        groups="connector.group_connector_manager",
        help="With the name of a binding model in the place of TOPIC",
    )

    def _compute_webhook_url(self):
        names_topic = self._webhook_scheme and self._webhook_scheme.names_topic
        for backend in self:
            backend.webhook_url = backend._webhook_address(
                "" if names_topic else "TOPIC"
            )

    def _webhook_address(self, topic: str = "") -> str:
        """Return the address to which the backend posts, with the topic if given."""
        base_url = self.get_base_url()
        databases = http.db_list(force=True, host=urlsplit(base_url).netloc)
        database = f"db/{self.env.cr.dbname}/" if len(databases) > 1 else ""
        address = f"{base_url}/connector/webhook/{database}{self._webhook_path()}"
        return f"{address}/{topic}" if topic else address

    def _webhook_path(self) -> str:
        """Return the end of the address, which names the backend."""
        return f"{self._name}/{self.id or 0}"

    # -- hooks of a connector -------------------------------------------------

    @api.model
    def _webhook_models(self) -> dict[str, str | None]:
        """Return ``{topic: binding model}``: the bindings of this backend, by name.

        Further topics are those of ``_webhook_topics``.
        """
        binding_class = self.env.registry["external.binding"]
        bindings = {
            name: name
            for name, model_class in self.env.registry.items()
            if issubclass(model_class, binding_class)
            and not model_class._abstract
            and "backend_id" in model_class._fields
            and model_class._fields["backend_id"].comodel_name == self._name
        }
        return {**bindings, **self._webhook_topics}

    def _webhook_external_ids(self, topic: str, payload: Any) -> list[Any]:
        """Return the external ids that a notification names.

        It is ``{"id": 1}``, ``{"external_id": 1}``, ``{"external_ids": [1, 2]}``, or a
        list of these or of ids; below ``data_field`` if the scheme has one.
        """
        if self._webhook_scheme:
            payload = self._webhook_scheme.data_of(payload)
        if isinstance(payload, list):
            return [
                external_id
                for part in payload
                for external_id in self._webhook_external_ids(topic, part)
            ]
        if not isinstance(payload, dict):
            return [payload]
        for name in ("external_id", "id"):
            if name in payload:
                return [payload[name]]
        external_ids = payload.get("external_ids")
        if external_ids is None:
            return []
        return external_ids if isinstance(external_ids, list) else [external_ids]

    # -- receiving ------------------------------------------------------------

    def _receive_webhook(self, topic: str, payload: Any) -> int:
        """Delay the imports that a notification asks for; return their number.

        :raise werkzeug.exceptions.HTTPException: the notification is refused
        """
        self.ensure_one()
        if reason := self._find_reason_to_pause() or self._find_user_problem():
            raise ServiceUnavailable(reason, retry_after=RETRY_AFTER_SECONDS)
        known = self._webhook_models()
        if topic not in known:
            raise NotFound(
                f"Unknown topic {topic!r}. Known: {', '.join(sorted(known)) or 'none'}."
            )
        external_ids = self._checked_external_ids(
            self._webhook_external_ids(topic, payload)
        )
        model_name = known[topic]
        if not model_name:
            return 0
        self._as_webhook_user()._delay_webhook_imports(model_name, external_ids)
        return len(external_ids)

    def _as_webhook_user(self):
        """Return the backend in the environment of its user, for jobs."""
        return as_own_user(self.with_env(self.env(context=self._webhook_context())))

    def _webhook_context(self) -> dict[str, Any]:
        """Return the context of the imports, without that of the request."""
        return {}

    def _checked_external_ids(self, external_ids: list[Any]) -> list[Any]:
        for external_id in external_ids:
            is_id = isinstance(external_id, str | int) and is_external_id(external_id)
            if not is_id or not can_be_stored(str(external_id)):
                raise UnprocessableEntity(
                    "Expected ids that are text or numbers, found "
                    f"{ascii(external_id)[:MAX_QUOTED]}."
                )
        external_ids = list({str(key): key for key in external_ids}.values())
        if not external_ids:
            raise UnprocessableEntity(
                "No id found. Send {'id': …}, {'external_ids': […]} or a list of these."
            )
        if len(external_ids) > MAX_RECORDS:
            raise RequestEntityTooLarge(
                f"{len(external_ids)} records in one notification, at most "
                f"{MAX_RECORDS} are taken."
            )
        return external_ids

    def _delay_webhook_imports(
        self, binding_model: str, external_ids: list[Any]
    ) -> None:
        """Delay the import of each record, unless it is waiting already."""
        model = self.env[binding_model]
        delay_many(
            model.delayable(
                priority=WEBHOOK_PRIORITY,
                max_retries=JOB_TRIES,
                identity_key=identity_exact,
                description=self.env._(
                    "Import %(model)s %(external_id)s, as notified by %(backend)s",
                    model=name_of_model(model),
                    external_id=external_id,
                    backend=self.display_name,
                ),
            ).import_record(self, external_id)
            for external_id in external_ids
        )
