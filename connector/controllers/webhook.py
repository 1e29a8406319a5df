# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import json
import logging
from typing import Any

from werkzeug.exceptions import BadRequest, HTTPException, NotFound, Unauthorized

from odoo import http, models
from odoo.http import Response, request

_logger = logging.getLogger(__name__)

#: bytes of a notification; it names records, it does not hold them
MAX_LENGTH = 1024 * 1024


class WebhookController(http.Controller):
    """Let a backend tell us that records of it have changed."""

    @http.route(
        "/connector/webhook/<string:backend_model>/<int:backend_id>/<string:topic>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_LENGTH,
    )
    def receive(self, backend_model: str, backend_id: int, topic: str) -> Response:
        """Delay the import of the records that the notification names."""
        try:
            backend = self._find_backend(backend_model, backend_id)
            body = request.httprequest.get_data()
            if not backend._is_genuine_webhook(request.httprequest.headers, body):
                raise Unauthorized(
                    "No backend has this address and this token. Send the token in "
                    "the header X-Webhook-Token, or sign the body with it in "
                    "X-Hub-Signature-256."
                )
            accepted = backend._receive_webhook(topic, self._decode(body))
        except HTTPException as error:
            _logger.info(
                "Webhook %s of %s,%s refused: %s %s",
                topic,
                backend_model,
                backend_id,
                error.code,
                error.description,
            )
            answer = {"error": error.description}
            retry_after = getattr(error, "retry_after", None)
            headers = [("Retry-After", str(retry_after))] if retry_after else None
            return request.make_json_response(answer, headers, status=error.code)
        return request.make_json_response({"accepted": accepted}, status=202)

    def _find_backend(self, backend_model: str, backend_id: int) -> models.BaseModel:
        """Return the backend; an empty one, which has no token, if there is none."""
        model_class = request.env.registry.get(backend_model)
        mixin = request.env.registry["connector.webhook.mixin"]
        if model_class is None or model_class._abstract:
            raise NotFound(f"There is no webhook for {backend_model!r}.")
        if not issubclass(model_class, mixin):
            raise NotFound(f"There is no webhook for {backend_model!r}.")
        return request.env[backend_model].sudo().browse(backend_id).exists()

    def _decode(self, body: bytes) -> Any:
        try:
            return json.loads(body)
        except ValueError as error:
            raise BadRequest(f"The body is no JSON: {error}") from error
