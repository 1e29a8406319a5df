# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the adapters that speak HTTP, whatever the form of their requests.

It knows the address of the backend, its session and the language of an answer. The
adapters of REST and GraphQL backends inherit it, so that credentials, waits and errors
are the same for both. All adapters of a job with the same credentials share one
session, and all sessions of a job share one budget of waits.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from odoo.addons.component.core import AbstractComponent

from ..http.auth.declarations import Authentication
from ..http.budget.usage import Budget
from ..http.budget.waits import WaitBudget
from ..http.download import MAX_BYTES, download
from ..http.errors import RestCredentialsRefusal
from ..http.paths import localize
from ..http.session import RestSession
from .credentials import authenticate
from .session import Session


class HttpAdapter(AbstractComponent):
    """Adapter of a backend that answers requests over HTTP.

    Set ``_auth``, or override ``_authenticate``.
    """

    _name = "generic.http.adapter"
    _inherit = "base.backend.adapter.crud"

    #: the credentials, as in ``BearerToken("api_token")``, by a field of the backend
    _auth: Authentication | None = None
    #: parameter of the query string, or header, that asks for a language
    _language_param: str | None = None
    _language_header: str | None = None  #: header for the same
    #: language of the current reads, as the backend calls it; None for its default
    language: Any = None
    #: method that an author may override to ask for ``language``, for a message
    _language_hook = "_path"
    #: names of other servers to download files from, None for all on the internet
    _file_hosts: Collection[str] | None = None
    #: seconds to connect, and to wait for data
    _timeout_seconds: float | tuple[float, float] = 60.0
    #: limit of the backend, which all workers share: ``RequestBudget(calls=60,
    #: seconds=20)``, ``CostBudget(points=1000, restore_per_second=50)``
    _budget: Budget | None = None

    def _base_url(self) -> str:
        """Return the address of the backend, by default its field ``url``."""
        url = getattr(self.backend_record, "url", None)
        if not url:
            raise RestCredentialsRefusal(
                f"{self.backend_record.display_name}: it has no address. "
                f"Fill in the field url of {self.backend_record._name}, or override "
                f"_base_url of {self._name}."
            )
        return url

    def _authenticate(self, session: RestSession) -> None:
        """Set the credentials of the session, by default those of ``_auth``."""
        authenticate(self, session)

    def _session_key(self) -> tuple[Hashable, ...]:
        """Return the key by which adapters of the same credentials share a session."""
        credentials = type(self)._authenticate, self._auth
        return *credentials, self._base_url(), self._timeout_seconds, self._budget

    def _budget_account(self) -> str | None:
        """Return the account whose budget several backends share, by default none."""
        return None

    @property
    def session(self) -> RestSession:
        """Return the session with the backend, shared by the adapters of a job."""
        key, shared = self._session_key(), Session.of(self.work)
        if key not in shared.http_sessions:
            shared.wait_budget = shared.wait_budget or WaitBudget()
            session = RestSession(
                self._base_url(), self._timeout_seconds, shared.wait_budget
            )
            session.headers["Accept"] = "application/json"
            self._authenticate(session)
            if self._budget is not None:
                budgets = self.env["connector.request.budget"].sudo()
                account, waits = self._budget_account(), shared.wait_budget
                session.use_budget(
                    budgets._open(self._budget, self.backend_record, account, waits)
                )
            shared.http_sessions[key] = shared.enter(session)
        return shared.http_sessions[key]

    def call(self, method: str, path: str, **kwargs: Any) -> Any:
        """Send a request and return the decoded answer, None if it has no body.

        :param path: path below the address of the backend
        :param kwargs: passed to requests: ``params``, ``json``, ``headers``, …
        """
        return self.session.call_json(method, path, **self._localized(path, kwargs))

    @contextmanager
    def _reading_in(self, language: Any) -> Iterator[None]:
        """Read records in a language of the backend.

        :raise NotImplementedError: the adapter has no parameter for it
        """
        if language and not self._asks_for_language():
            raise NotImplementedError(
                f"{self._name} does not say how to ask for the language {language!r}: "
                "set _language_param, as in _language_param = 'lang', or "
                f"_language_header, or use self.language in {self._language_hook}."
            )
        previous, self.language = self.language, language or None
        try:
            yield
        finally:
            self.language = previous

    def _asks_for_language(self) -> bool:
        """Return whether requests say in which language to answer."""
        return bool(self._language_param or self._language_header)

    def _localized(self, path: str, options: dict[str, Any]) -> dict[str, Any]:
        """Return the options of a request with those that ask for the language."""
        param, header = self._language_param, self._language_header
        return localize(path, options, self.language, param, header)

    def read_image(self, source: str, max_bytes: int = MAX_BYTES) -> bytes:
        """Return the content of a file, from the backend or from another server.

        See :func:`.download` for ``source`` and the errors. Another server gets neither
        credentials nor cookies.
        """
        return download(self.session, source, max_bytes, self._file_hosts)
