# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Operations of a GraphQL backend, sent by the session of the adapter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odoo.addons.component.core import AbstractComponent, WorkContext

from ...http.graphql.answer import GraphqlAnswer
from ...http.graphql.client import GraphqlClient, UndeclaredVariable
from ...http.graphql.document import Operation, read_operation
from ...http.graphql.errors import GraphqlError, read_user_errors
from ..session import Session


class GraphqlOperations(AbstractComponent):
    """Adapter that sends any operation, a query or mutation as text."""

    _name = "generic.graphql.operations"
    _inherit = "generic.http.adapter"

    #: path of the API below the address of the backend
    _endpoint = "/graphql"
    #: fragments that the operations may use; only those in use are sent
    _fragments = ""
    #: ``{code of an error: error class}``, in addition to ``http/graphql/errors.py``
    _error_codes: Mapping[str, type[Exception]] = {}
    #: key of the refusals in the payload of a mutation; None for the usual ones
    _user_errors_path: str | None = None

    def __init__(self, work_context: WorkContext) -> None:
        super().__init__(work_context)
        #: points that operations have asked for
        self._operation_costs: dict[Operation, float] = {}

    def execute(self, text: str, **variables: Any) -> Any:
        """Send an operation and return its data.

        :param text: one query or mutation; it may use ``_fragments``
        """
        answer = self._send(self._operation(text, "text"), variables)
        answer.raise_errors()
        return answer.data

    def _operation(self, text: str, attribute: str) -> Operation:
        if not text.strip():
            raise NotImplementedError(
                f"{self._name} does not say how to do this with {self.model._name}: "
                f"set {attribute}."
            )
        try:
            return read_operation(text, self._fragments)
        except ValueError as error:
            raise ValueError(f"{self._name}: {attribute}: {error}") from error

    def _send(
        self, operation: Operation, variables: dict[str, Any], **options: Any
    ) -> GraphqlAnswer:
        """Send an operation; ``options`` are passed to requests."""
        client = GraphqlClient(
            self.session,
            self._endpoint,
            self._error_codes,
            Session.of(self.work).wait_budget,
            self._operation_costs,
        )
        options = self._localized(self._endpoint, options)
        try:
            return client.send(operation, variables, **options)
        except UndeclaredVariable as error:
            raise ValueError(f"{self._name}: {error}") from error

    def _refusals(self, payload: Any) -> list[GraphqlError]:
        """Return the reasons for which a mutation refuses the values."""
        return read_user_errors(payload, self._user_errors_path)
