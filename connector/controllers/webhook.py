# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from werkzeug.exceptions import BadRequest, HTTPException, NotFound, Unauthorized

from odoo import SUPERUSER_ID, api, http, models
from odoo.http import Response, request
from odoo.modules.registry import Registry
from odoo.service.model import retrying

_logger = logging.getLogger(__name__)

#: bytes of a notification, which names records but does not contain them
MAX_LENGTH = 1024 * 1024
#: no integer of PostgreSQL is larger
MAX_ID = 2**31 - 1
#: levels of a notification; a list of records needs three
MAX_DEPTH = 50
TOO_DEEP = f"The body is nested more than {MAX_DEPTH} levels deep."


class WebhookDispatcher(http.HttpDispatcher):
    """Keep the body of a request unparsed; take arguments from the address only.

    Odoo parses a form before it calls a controller. Many tools declare any body as a
    form by default; nothing of it would be left to read or to verify.
    """

    routing_type = "connector_webhook"

    def dispatch(self, endpoint, args):
        self.request.params = dict(args)
        if self.request.db:
            return self.request.registry["ir.http"]._dispatch(endpoint)
        return endpoint(**self.request.params)


_OPTIONS: dict[str, Any] = {
    "type": WebhookDispatcher.routing_type,
    "methods": ["POST"],
    "csrf": False,
    "save_session": False,
    "max_content_length": MAX_LENGTH,
}


class WebhookController(http.Controller):
    """Receive notifications of changed records from backends.

    Odoo finds the database of a request by its host name, or because there is only one.
    A server with several visible databases needs the name in the address, and must load
    this addon for all databases (``--load``).
    """

    @http.route(
        [
            "/connector/webhook/<string:backend_model>/<int:backend_id>",
            "/connector/webhook/<string:backend_model>/<int:backend_id>/<string:topic>",
        ],
        auth="public",
        **_OPTIONS,
    )
    def receive(
        self, backend_model: str, backend_id: int, topic: str | None = None
    ) -> Response:
        """Delay the import of the records that the notification names."""
        return self._receive(request.env, backend_model, backend_id, topic)

    @http.route(
        [
            "/connector/webhook/db/<string:database>/<string:backend_model>/"
            "<int:backend_id>",
            "/connector/webhook/db/<string:database>/<string:backend_model>/"
            "<int:backend_id>/<string:topic>",
        ],
        auth="none",
        **_OPTIONS,
    )
    def receive_in_database(
        self,
        database: str,
        backend_model: str,
        backend_id: int,
        topic: str | None = None,
    ) -> Response:
        """Do the same in the database that the address names."""
        if database == request.db:
            env = request.env(user=SUPERUSER_ID)
            return self._receive(env, backend_model, backend_id, topic)
        if database not in http.db_list(force=True):
            return self._refuse(NotFound(f"There is no webhook in {database!r}."))
        with Registry(database).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return retrying(
                partial(self._receive, env, backend_model, backend_id, topic), env
            )

    def _receive(
        self,
        env: api.Environment,
        backend_model: str,
        backend_id: int,
        topic: str | None,
    ) -> Response:
        try:
            backend = self._find_backend(env, backend_model, backend_id)
            return self._accept(backend, topic)
        except HTTPException as error:
            _logger.info(
                "Webhook %s of %s,%s refused: %s %s",
                topic,
                backend_model,
                backend_id,
                error.code,
                error.description,
            )
            return self._refuse(error)

    def _accept(self, backend: models.BaseModel, topic: str | None) -> Response:
        """Answer a notification; nothing is written before it is verified.

        :raise werkzeug.exceptions.HTTPException: it is refused
        """
        headers, body = request.httprequest.headers, request.httprequest.get_data()
        scheme = backend._webhook_scheme
        if scheme and scheme.is_ping(headers, body):
            return request.make_json_response({}, status=200)
        if not backend._is_genuine_webhook(headers, body):
            raise Unauthorized(self._explain_refusal(backend, headers, body))
        payload = self._decode(scheme.read if scheme else json.loads, body)
        if not scheme:
            if topic is None:
                raise NotFound("The address has no topic: add a binding model.")
            accepted = backend._receive_webhook(topic, payload)
            return request.make_json_response({"accepted": accepted}, status=202)
        accepted, is_new = backend._store_webhook(headers, body, payload, topic)
        answer = {"accepted": accepted} if is_new else {"accepted": 0, "known": True}
        return request.make_json_response(answer, status=202 if is_new else 200)

    def _explain_refusal(
        self, backend: models.BaseModel, headers: Mapping[str, str], body: bytes
    ) -> str:
        """Return why a request is refused, the same for a backend that is missing."""
        if not backend._webhook_scheme:
            return (
                "No backend has this address and this token. Send the token in "
                "the header X-Webhook-Token, or sign the body with it in "
                "X-Hub-Signature-256."
            )
        problem = backend._find_webhook_problem(headers, body) or "it is not genuine"
        return f"No backend has this address and this secret: {problem}."

    def _refuse(self, error: HTTPException) -> Response:
        retry_after = getattr(error, "retry_after", None)
        headers = [("Retry-After", str(retry_after))] if retry_after else None
        answer = {"error": error.description}
        return request.make_json_response(answer, headers, status=error.code)

    def _find_backend(
        self, env: api.Environment, backend_model: str, backend_id: int
    ) -> models.BaseModel:
        """Return the backend, or an empty one, which has no token."""
        model_class = env.registry.get(backend_model)
        mixin = env.registry.get("connector.webhook.mixin")
        if model_class is None or mixin is None or model_class._abstract:
            raise NotFound(f"There is no webhook for {backend_model!r}.")
        if not issubclass(model_class, mixin):
            raise NotFound(f"There is no webhook for {backend_model!r}.")
        backend = env[backend_model].sudo().browse()
        return backend.browse(backend_id).exists() if backend_id <= MAX_ID else backend

    def _decode(self, read: Callable[[bytes], Any], body: bytes) -> Any:
        try:
            payload = read(body)
        except ValueError as error:
            raise BadRequest(f"The body is not JSON: {error}") from error
        except RecursionError as error:
            raise BadRequest(TOO_DEEP) from error
        if is_deeper_than(MAX_DEPTH, payload):
            raise BadRequest(TOO_DEEP)
        return payload


def is_deeper_than(limit: int, value: Any) -> bool:
    """Return whether lists and dicts are nested more than ``limit`` times."""
    level = [value]
    for _depth in range(limit + 1):
        containers = [one for one in level if isinstance(one, dict | list)]
        if not containers:
            return False
        level = [
            inner
            for one in containers
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return True
