# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Session with one server: requests, and errors without secrets.

::

    call()
      request() of requests      within the request budget (budget/spending.py); without
                                 one, urllib3 waits for the end of a rate limit
                                 (budget/waits.py)
        credentials              authenticated_session.py
        redirects                followed on this server only
      _refusal()                 an answer that refuses becomes an error (errors.py)
"""

from __future__ import annotations

from functools import partial
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from ..servers import identify_service
from .authenticated_session import AuthenticatedSession, origin
from .budget.waits import NoBudget, RateLimitRetry, WaitBudget
from .errors import (
    ACCESS_REFUSALS,
    explain,
    is_rate_limited,
    make_error,
    retry_after_seconds,
    status_error,
    transport_error,
)
from .idempotency import was_not_sent
from .secrets import excerpt, readable, redacted_logs

#: bytes that are read of the body of a streamed error
_ERROR_BYTES = 64 * 1024


class RestSession(AuthenticatedSession):
    """Session with one server, which sends no secret to any other.

    Its errors are those of :mod:`odoo.addons.connector.exception`.

    :param timeout: seconds to connect, and to wait for data, in every request
    :param wait_budget: waits in the worker, shared with the other sessions of the job
    """

    def __init__(
        self,
        base_url: str,
        timeout: float | tuple[float, float] = 60.0,
        wait_budget: WaitBudget | None = None,
    ) -> None:
        super().__init__(base_url)
        self.timeout = timeout
        #: request budget of the calls, shared by all workers
        self.budget: Any = NoBudget()
        self._environment: dict[tuple, dict[str, Any]] = {}
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(max_retries=RateLimitRetry(wait_budget)))

    def request(self, method, url, **kwargs) -> requests.Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self.timeout
        cost = kwargs.pop("cost", 1)
        send = partial(super().request, method, url, **kwargs)
        response = self.budget.send(send, cost)
        if self._replace_token(response, kwargs):
            response = self.budget.send(send, cost)
        return response

    def use_budget(self, budget: Any) -> None:
        """Send the requests within a budget, which waits for the end of a limit, too.

        ``call(cost=…)`` says what a request needs of it.
        """
        self.budget = budget
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter())

    def merge_environment_settings(self, url, proxies, stream, verify, cert) -> dict:
        """Read the variables of the environment once, not for each request."""
        if proxies:
            return super().merge_environment_settings(
                url, proxies, stream, verify, cert
            )
        own = tuple(sorted(self.proxies.items())), self.verify, self.cert
        key = origin(url), stream, verify, cert, own
        if key not in self._environment:
            self._environment[key] = super().merge_environment_settings(
                url, {}, stream, verify, cert
            )
        return dict(self._environment[key])

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """Return the answer to a request.

        A rate limit is waited for within the wait budget of the session.

        :param path: path below the address of the backend, or a whole address
        :param kwargs: passed to requests; ``cost`` is taken from the request budget
        :raise RetryableJobError: the network or the server fails; try later
        :raise RestRefusal: a person must act
        """
        url = path
        if "://" not in path:
            url = f"{self.base_url}/{path.lstrip('/')}"
        response = failure = None
        with redacted_logs(self.redact):
            try:
                response = self.request(method, url, **kwargs)
            except requests.RequestException as error:
                failure = self.failure(method, url, error)
        if response is not None:
            if response.is_redirect and not kwargs.get("allow_redirects", True):
                return response
            if kwargs.get("stream") and not response.ok:
                # the reason is at the beginning; the rest may be of any length
                content = response.raw.read(_ERROR_BYTES, decode_content=True)
                response._content = content
                response.close()
            failure = self._refusal(method, url, response)
        if failure is not None:
            # raised outside of the except block: errors of requests contain secrets
            raise failure
        return response

    def call_json(self, method: str, path: str, **kwargs: Any) -> Any:
        """Return the decoded body of the answer, None if there is none."""
        return self.decode(self.call(method, path, **kwargs))

    def decode(self, response: requests.Response) -> Any:
        """Return the decoded body of an answer, None if there is none."""
        if not response.content:
            return None
        try:
            return response.json()
        except requests.JSONDecodeError as error:
            request = response.request
            failure = self.failure(request.method, request.url, error)
        raise failure

    def failure(
        self, method: str, url: str, error: requests.RequestException
    ) -> Exception:
        """Return the error for an error of requests, without secrets."""
        message = f"{method} {url}: {explain(error)}"
        failure = make_error(transport_error(error), self.redact(message))
        failure.was_not_sent = was_not_sent(error)
        return failure

    def _refusal(
        self, method: str, url: str, response: requests.Response
    ) -> Exception | None:
        """Return the error for an answer, None for a successful one."""
        rate_limited = is_rate_limited(response.status_code, response.headers)
        error = status_error(429 if rate_limited else response.status_code)
        if error is None:
            return None
        if not rate_limited:
            error = ACCESS_REFUSALS.get(response.status_code, error)
        content_type = response.headers.get("Content-Type", "")
        answer = readable(response.content, self.redact, response.encoding)
        body = excerpt(answer, content_type)
        message = self.redact(
            f"{method} {url}: {response.status_code} {response.reason}: {body}"
        )
        seconds = retry_after_seconds(response.headers, rate_limited=rate_limited)
        failure = make_error(error, message, seconds, rate_limited)
        failure.status_code = response.status_code
        failure.is_rate_limit = rate_limited
        service = identify_service(response.status_code, content_type, answer)
        #: the beginning of the body, for a protocol that explains refusals in it
        failure.answer = answer
        failure.answered_by = self.redact(f"{method} {url}: {service}")
        return failure
