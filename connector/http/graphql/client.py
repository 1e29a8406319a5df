# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Send GraphQL operations by a session.

::

    send()      POST {query, operationName, variables}
      refused by status       the errors in the body explain it, see ``errors.py``
      costs                   correct the request budget of the backend, if it has one
      throttled               waits within the wait budget of the job, and sends again
      errors of the request   are raised
      errors of records       stay in the answer, see ``answer.py``
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from ...exception import (
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    RetryableJobError,
    UnreadableAnswer,
)
from ..budget.waits import NoBudget, WaitBudget
from ..errors import RestRefusal, make_error, retry_after_seconds
from ..paths import describe_shape
from ..session import RestSession
from .answer import GraphqlAnswer
from .document import Operation
from .errors import (
    CODES,
    Cost,
    GraphqlError,
    describe,
    is_throttled,
    most_important,
    read_cost,
    read_errors,
)

#: asks for the media type of GraphQL, and accepts that of older servers
ACCEPT = "application/graphql-response+json, application/json;q=0.9"
#: wait where a throttled answer does not say for how long
_THROTTLED_SECONDS = 10


class UndeclaredVariable(ValueError):
    """The text of an operation does not declare a variable that it gets."""


class GraphqlClient:
    """Sends operations to one address.

    :param session: the session that sends them
    :param path: path of the API below the address of the session
    :param codes: error classes by code, in addition to ``CODES``
    :param wait_budget: seconds to wait in the worker
    :param costs: points that the last request of each operation asked for
    """

    def __init__(
        self,
        session: RestSession,
        path: str,
        codes: Mapping[str, type[Exception]] | None = None,
        wait_budget: WaitBudget | None = None,
        costs: dict[Operation, float] | None = None,
    ) -> None:
        self.session = session
        self.path = path
        self.codes = {**CODES, **(codes or {})}
        self._wait_budget = wait_budget or WaitBudget()
        self._costs = {} if costs is None else costs

    def send(
        self, operation: Operation, variables: Mapping[str, Any], **options: Any
    ) -> GraphqlAnswer:
        """Send an operation and return the answer.

        :param options: passed to requests
        :raise Exception: the request failed, see ``errors.py``
        """
        unknown = sorted(set(variables) - set(operation.variables))
        if unknown:
            raise UndeclaredVariable(
                f"{operation.label} declares no variable ${', $'.join(unknown)}; it "
                f"declares {', '.join(operation.variables) or 'none'}."
            )
        content = {"query": operation.text, "variables": dict(variables)}
        if operation.name:
            content["operationName"] = operation.name
        headers = {"Accept": ACCEPT, **(options.pop("headers", None) or {})}
        while True:
            options["cost"] = self._costs.get(operation, 1)
            body, waiting = self._post(operation, content, headers, options)
            errors = read_errors(body)
            cost = read_cost(body)
            if cost:
                self._correct_budget(operation, cost)
            if not is_throttled(errors):
                break
            self._wait(operation, cost, errors, waiting)
        data = body.get("data")
        if errors and not (
            isinstance(data, Mapping) and all(error.path for error in errors)
        ):
            raise self.failure(operation, errors)
        if not isinstance(data, Mapping):
            raise RestRefusal(
                f"{self._place(operation)}: the answer has neither data nor errors, it "
                f"is {describe_shape(body)}. Is the address that of a GraphQL API?"
            )
        return GraphqlAnswer(operation, data, errors, partial(self.failure, operation))

    def failure(
        self,
        operation: Operation,
        errors: list[GraphqlError],
        default: type[Exception] | None = None,
    ) -> Exception:
        """Return the error for errors of an answer.

        :param default: its class where no code is known
        """
        if default is None:
            # with a path, the operation was executed; else it is not valid
            default = InvalidDataError if errors[0].path else RestRefusal
            if default is InvalidDataError and operation.is_mutation:
                default = UnreadableAnswer  # it may have had its effect
        kind = most_important(errors, self.codes) or default
        return self._make_error(kind, operation, errors)

    def _make_error(
        self,
        kind: type[Exception],
        operation: Operation,
        errors: list[GraphqlError],
        **wait: Any,
    ) -> Exception:
        """Return an error that quotes those of the answer, without secrets."""
        message = f"{self._place(operation)}: {describe(errors)}"
        return make_error(kind, self.session.redact(message), **wait)

    def _place(self, operation: Operation) -> str:
        return f"POST {self.session.base_url}{self.path}: {operation.label}"

    def _post(
        self,
        operation: Operation,
        content: dict[str, Any],
        headers: dict[str, str],
        options: dict[str, Any],
    ) -> tuple[dict[str, Any], int | None]:
        """Return the body of the answer, and the seconds to wait by its headers."""
        session, failure = self.session, None
        try:
            response = session.call(
                "POST", self.path, json=content, headers=headers, **options
            )
        except Exception as error:
            if not hasattr(error, "answer"):
                raise
            failure = self._explain(operation, error)
        if failure is not None:
            raise failure
        body = session.decode(response)
        if not isinstance(body, dict):
            raise RestRefusal(
                f"{self._place(operation)}: expected an object with data, found "
                f"{describe_shape(body)}. Is the address that of a GraphQL API?"
            )
        return body, retry_after_seconds(response.headers)

    def _explain(self, operation: Operation, refusal: Exception) -> Exception:
        """Return the error for an answer that is refused by its status."""
        if isinstance(refusal, RetryableJobError):
            return refusal
        try:
            errors = read_errors(json.loads(refusal.answer))
        except ValueError:  # HTML, or cut off
            errors = []
        kind = most_important(errors, self.codes) or type(refusal)
        if issubclass(kind, IDMissingInBackend) and not errors:
            # the address of the API is wrong: no record is missing
            return RestRefusal(f"{refusal} Is the address that of a GraphQL API?")
        if not errors:
            return refusal
        if kind is type(refusal) and issubclass(kind, IDMissingInBackend):
            kind = RestRefusal
        failure = self._make_error(kind, operation, errors)
        vars(failure).update(vars(refusal))  # its status
        return failure

    def _correct_budget(self, operation: Operation, cost: Cost) -> None:
        """Correct the request budget of the backend by the cost in an answer."""
        self._costs[operation] = cost.requested
        self.session.budget.correct(
            cost=cost.actual or 0,
            available=cost.available,
            maximum=cost.maximum,
            restore_per_second=cost.restore_rate,
        )

    def _wait(
        self,
        operation: Operation,
        cost: Cost | None,
        errors: list[GraphqlError],
        seconds: int | None,
    ) -> None:
        """Wait for the points of a throttled request.

        :raise NetworkRetryableError: the wait is longer than the job may wait
        """
        if cost and cost.requested > cost.maximum:
            raise RestRefusal(
                f"{self._place(operation)} costs {cost.requested:g} points, more than "
                f"the {cost.maximum:g} that the backend ever allows. Ask for fewer "
                "records or fields."
            )
        if cost:
            seconds = cost.wait_seconds
        seconds = seconds or _THROTTLED_SECONDS
        if not isinstance(self.session.budget, NoBudget):
            # it waits, or postpones the job, before it sends the next request
            self.session.budget.refused(seconds)
            return
        if not self._wait_budget.take(seconds):
            failure = self._make_error(
                NetworkRetryableError,
                operation,
                errors,
                seconds=seconds,
                rate_limited=True,
            )
            failure.is_rate_limit, failure.status_code = True, 429
            raise failure
        time.sleep(seconds)
