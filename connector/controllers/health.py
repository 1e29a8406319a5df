# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Health and metrics for monitoring systems, with a token.

The token is in the header ``Authorization: Bearer``. It is not accepted in the address:
servers, proxies and browsers log addresses. The answer to a wrong token is the same as
where no token was created. A monitor chooses one of several databases by its name in
the address, as for webhooks (``webhook.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from odoo import SUPERUSER_ID, api, http
from odoo.http import Response, request
from odoo.modules.registry import Registry

from ..models.health import ERROR
from ..models.health.metrics import MetricsUnavailable

_OPTIONS: dict[str, Any] = {
    "type": "http",
    "methods": ["GET"],
    "csrf": False,
    "save_session": False,
    "readonly": False,
    "sitemap": False,
}
_HEADERS = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
_SCHEME = "bearer "


class HealthController(http.Controller):
    """Answer uptime monitors and Prometheus."""

    @http.route("/connector/health", auth="public", **_OPTIONS)
    def health(self, **params: Any) -> Response:
        """Return the state of all backends: 200, or 503 if one has an error."""
        return self._answer(request.db, self._health)

    @http.route("/connector/health/db/<string:database>", auth="none", **_OPTIONS)
    def health_of_database(self, database: str, **params: Any) -> Response:
        """Do the same in the database that the address names."""
        return self._answer(database, self._health)

    @http.route("/connector/metrics", auth="public", **_OPTIONS)
    def metrics(self, **params: Any) -> Response:
        """Return the metrics of all backends in the text format of Prometheus."""
        return self._answer(request.db, self._metrics)

    @http.route("/connector/metrics/db/<string:database>", auth="none", **_OPTIONS)
    def metrics_of_database(self, database: str, **params: Any) -> Response:
        """Do the same in the database that the address names."""
        return self._answer(database, self._metrics)

    # -- answers --------------------------------------------------------------

    def _health(self, env: api.Environment) -> Response:
        report = env["connector.health"]._report()
        env["connector.alert"]._check_if_late()
        status = 503 if report["status"] == ERROR else 200
        return request.make_json_response(report, _HEADERS, status=status)

    def _metrics(self, env: api.Environment) -> Response:
        try:
            text, content_type = env["connector.health"]._metrics()
        except MetricsUnavailable as error:
            return self._refuse(503, str(error))
        headers = [*_HEADERS, ("Content-Type", content_type)]
        return request.make_response(text, headers=headers)

    # -- token and database of a request ----------------------------------------

    def _answer(
        self, database: str, answer: Callable[[api.Environment], Response]
    ) -> Response:
        """Answer in a database, if the request has its token."""
        if database == request.db:
            return self._answer_in(request.env(user=SUPERUSER_ID, su=True), answer)
        if database not in http.db_list(force=True):
            return self._unauthorized()
        with Registry(database).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            if "connector.monitoring" not in env:
                return self._unauthorized()
            return self._answer_in(env, answer)

    def _answer_in(
        self, env: api.Environment, answer: Callable[[api.Environment], Response]
    ) -> Response:
        given = request.httprequest.headers.get("Authorization", "")
        token = given[len(_SCHEME) :].strip()
        if not given.lower().startswith(_SCHEME):
            token = ""
        if not env["connector.monitoring"]._is_valid(token):
            return self._unauthorized()
        return answer(env)

    def _unauthorized(self) -> Response:
        response = self._refuse(
            401,
            "Send the token in the header “Authorization: Bearer <token>”; a token in "
            "the address would be logged. Create one in Connectors > Configuration > "
            "Monitoring, and check the name of the database in the address.",
        )
        response.headers["WWW-Authenticate"] = 'Bearer realm="connector"'
        return response

    def _refuse(self, status: int, reason: str) -> Response:
        return request.make_json_response({"error": reason}, _HEADERS, status=status)
