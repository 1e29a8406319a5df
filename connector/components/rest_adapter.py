# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qs, quote, urljoin, urlsplit

from odoo.tools import split_every

from odoo.addons.component.core import AbstractComponent

from ..exception import IDMissingInBackend, InvalidDataError
from ..http.download import MAX_BYTES, download
from ..http.errors import RestCredentialsRefusal
from ..http.paging import Answer, PageNumber, Paging
from ..http.paths import id_in_address, leads_to_null, look_up
from ..http.session import RestSession
from .external_id import can_be_stored, is_external_id
from .session import Session


def shape(body: Any) -> str:
    """Return what an answer is, for a person who looks for the records in it."""
    if not isinstance(body, dict):
        return f"a {type(body).__name__}"
    kinds = ", ".join(f"{key}: {type(value).__name__}" for key, value in body.items())
    return f"{{{kinds}}}"


class RestAdapter(AbstractComponent):
    """Speak to a backend that offers its records as JSON over HTTP.

    Filters are the parameters of the query string. An adapter says where its
    records are by ``_endpoint``, how they are paged, and who we are by
    ``_authenticate``.
    """

    _name = "generic.rest.adapter"
    _inherit = "base.backend.adapter.crud"

    #: path of the records below the backend's address, as ``/orders``
    _endpoint = ""
    #: whether the addresses end with a slash: ``/orders/`` and ``/orders/42/``
    _trailing_slash = False
    #: name of the field of an external record that holds its id
    _id_field = "id"
    #: whether that field holds the address of the record, which ends with the id
    _id_is_address = False
    #: dotted path to the records in the answer to a search, None for the whole
    _records_path: str | None = None
    #: dotted path to the record in the answer to a read or create
    _record_path: str | None = None
    #: parameter that asks for several ids, separated by commas; None asks for each
    _ids_param: str | None = None
    _ids_per_request = 100
    _update_method = "PATCH"
    _paging: Paging = PageNumber()
    #: by which a language is asked for: a parameter of the query string, a header
    _language_param: str | None = None
    _language_header: str | None = None
    #: language of the backend in which records are being read, None for its own
    language: Any = None
    #: names of other servers from which files are read, None for all
    _file_hosts: Collection[str] | None = None
    #: to connect, and to wait for data
    _timeout_seconds: float | tuple[float, float] = 60.0

    # -- what a connector says ------------------------------------------------

    def _base_url(self) -> str:
        """Return the address of the backend, by default its field ``url``."""
        url = getattr(self.backend_record, "url", None)
        if not url:
            raise RestCredentialsRefusal(
                f"{self.backend_record.display_name}: there is no address to speak to. "
                f"Fill in the field url of {self.backend_record._name}, or override "
                f"_base_url of {self._name}."
            )
        return url

    def _authenticate(self, session: RestSession) -> None:
        """Tell the session who we are, by its ``use_`` methods."""

    def _external_id(self, record: dict[str, Any]) -> Any:
        """Return the id of an external record."""
        try:
            value = record[self._id_field]
        except (KeyError, TypeError) as error:
            raise InvalidDataError(
                f"{self._name}: a record of {self._path()} has no field "
                f"{self._id_field!r}, it is {shape(record)}. Set _id_field."
            ) from error
        if not self._id_is_address:
            return value
        external_id = id_in_address(value) if isinstance(value, str) else ""
        if not external_id:
            raise InvalidDataError(
                f"{self._name}: the field {self._id_field!r} of a record of "
                f"{self._path()} must be an address that ends with the id, found "
                f"{value!r}. Set _id_is_address = False if it is the id itself."
            )
        return external_id

    def _session_key(self) -> tuple[Hashable, ...]:
        """Return what the adapters that share a session have in common.

        Override it where ``_authenticate`` is the same and uses something else.
        """
        return type(self)._authenticate, self._base_url(), self._timeout_seconds

    # -- requests -------------------------------------------------------------

    @property
    def session(self) -> RestSession:
        """Return the session with the backend, one for a whole session of work."""
        key, shared = self._session_key(), Session.of(self.work)
        if key not in shared.http_sessions:
            session = RestSession(self._base_url(), self._timeout_seconds)
            session.headers["Accept"] = "application/json"
            shared.wait_budget = shared.wait_budget or session.wait_budget
            session.wait_budget = shared.wait_budget
            self._authenticate(session)
            shared.http_sessions[key] = shared.enter(session)
        return shared.http_sessions[key]

    def call(self, method: str, path: str, **kwargs: Any) -> Any:
        """Send a request and return the decoded answer, None if it has no body.

        :param path: below the backend's address
        :param kwargs: those of requests: ``params``, ``json``, ``headers``, …
        """
        return self.session.call_json(method, path, **self._localized(path, kwargs))

    @contextmanager
    def _reading_in(self, language: Any) -> Iterator[None]:
        """Ask for records in a language of the backend, in the block.

        :raise NotImplementedError: the adapter does not say how
        """
        says_how = self._language_param or self._language_header
        if language and not says_how and type(self)._path is RestAdapter._path:
            raise NotImplementedError(
                f"{self._name} does not say how a language is asked for, here "
                f"{language!r}: set _language_param, as in _language_param = 'lang', "
                "or _language_header, or use self.language in _path."
            )
        previous, self.language = self.language, language or None
        try:
            yield
        finally:
            self.language = previous

    def _localized(self, path: str, options: dict[str, Any]) -> dict[str, Any]:
        """Return the options of a request, which asks for the language."""
        if self.language is None:
            return options
        options = dict(options)
        param, header = self._language_param, self._language_header
        # the address of a next page holds the parameters already
        if param and param not in parse_qs(urlsplit(path).query):
            options["params"] = {**(options.get("params") or {}), param: self.language}
        if header:
            headers = options.get("headers") or {}
            options["headers"] = {**headers, header: str(self.language)}
        return options

    def read_image(self, source: str, max_bytes: int = MAX_BYTES) -> bytes:
        """Return the content of a file, from the backend or from another server.

        :param source: an address; a path from the root of the backend's server,
            ``/covers/1.png``; a path below its address, ``covers/1.png``; or a
            ``data:`` URL. Another server gets neither credentials nor cookies.
        :raise InvalidDataError: the file is larger than ``max_bytes``, is not on the
            web, or cannot be had from another server
        """
        return download(self.session, source, max_bytes, self._file_hosts)

    def _path(self, external_id: Any = None) -> str:
        """Return the path of all records, or of one.

        :raise InvalidDataError: the id would lead to another path
        """
        if not self._endpoint:
            raise ValueError(
                f"{self._name} does not say where the records of {self.model._name} "
                'are: set _endpoint, as in _endpoint = "/orders".'
            )
        base = self._endpoint.rstrip("/")
        end = "/" if self._trailing_slash else ""
        if external_id is None:
            return f"{base}/" if end else self._endpoint
        text = str(external_id)
        # "", "." and ".." are no names in a path: they lead to the list, or above it
        if text.strip() in ("", ".", "..") or not can_be_stored(text):
            raise InvalidDataError(
                f"{self._name}: {external_id!r} cannot be the id of a record of "
                f"{self._endpoint}: its address would be that of something else."
            )
        return f"{base}/{quote(text, safe='')}{end}"

    def _pages(self, params: dict[str, Any] | None) -> Iterator[list[dict[str, Any]]]:
        """Yield the external records that match, page by page."""

        def fetch(page_params: dict[str, Any], url: str | None = None) -> Answer:
            # the address of a next page holds the parameters already
            asked = page_params if url else {**(params or {}), **page_params}
            path = urljoin(f"{self.session.base_url}/", url) if url else self._path()
            options = self._localized(path, {"params": asked})
            response = self.session.call("GET", path, **options)
            body = self.session.decode(response)
            links = {name: link["url"] for name, link in response.links.items()}
            return Answer(self._found_records(body), body, links)

        return self._paging.pages(fetch)

    def _found_records(self, body: Any) -> list[dict[str, Any]]:
        """Return the records in the answer to a search."""
        records = look_up(body, self._records_path)
        if isinstance(records, list):
            return records
        others = body.values() if isinstance(body, dict) else [body]
        if records is None and not any(isinstance(one, list) for one in others):
            return []
        found = "nothing" if records is None else type(records).__name__
        raise InvalidDataError(
            f"{self._name}: expected a list of records at "
            f"{self._records_path or 'the top'} of the answer of {self._path()}, "
            f"found {found}. Set _records_path; the answer is {shape(body)}."
        )

    # -- operations -----------------------------------------------------------

    def search(self, filters: dict[str, Any] | None = None) -> list[Any]:
        return [
            external_id for page in self.search_pages(filters) for external_id in page
        ]

    def search_pages(self, filters: dict[str, Any] | None = None) -> Iterator[list]:
        for records in self._pages(filters):
            yield [self._external_id(record) for record in records]

    def search_read(self, filters: dict[str, Any] | None = None) -> list[dict]:
        return [record for records in self._pages(filters) for record in records]

    def read(self, external_id: Any, **params: Any) -> dict[str, Any]:
        # pylint: disable=method-required-super
        body = self.call("GET", self._path(external_id), params=params)
        record = look_up(body, self._record_path)
        if record is None and body and not leads_to_null(body, self._record_path):
            raise InvalidDataError(
                f"{self._name}: expected a record at {self._record_path} of the answer "
                f"of {self._path(external_id)}. Set _record_path; the answer is "
                f"{shape(body)}."
            )
        if not record:
            raise IDMissingInBackend(
                f"{self.backend_record.display_name}: {self._path(external_id)} holds "
                f"no record at {self._record_path or 'the top'} of the answer."
            )
        return record

    def reads_one_at_a_time(self) -> bool:
        if type(self).read_many is not RestAdapter.read_many:
            return False
        return self._ids_param is None and not self._is_overridden("find_existing")

    def read_many(
        self, external_ids: Iterable[Any], language: Any = None
    ) -> dict[Any, dict[str, Any]]:
        """Return ``{external id: external record}`` of those that exist.

        :param language: as the backend calls it; by default it chooses
        """
        with self._reading_in(language):
            if self._ids_param is None:
                return super().read_many(external_ids)
            wanted = {str(external_id): external_id for external_id in external_ids}
            # a comma separates the ids of one request
            alone = [wanted.pop(text) for text in list(wanted) if "," in text]
            found = super().read_many(alone) if alone else {}
            return {**found, **self._read_by_ids(wanted)}

    def _read_by_ids(self, wanted: dict[str, Any]) -> dict[Any, dict[str, Any]]:
        """Return ``{external id: external record}``, several by one request.

        :param wanted: the external ids by their text
        """
        found = {}
        for texts in split_every(self._ids_per_request, wanted):
            for records in self._pages({self._ids_param: ",".join(texts)}):
                for record in records:
                    external_id = wanted.get(str(self._external_id(record)))
                    if external_id is not None:
                        found[external_id] = record
        return found

    # pylint: disable=method-required-super
    def create(self, values: dict[str, Any]) -> Any:
        """Create an external record and return its external id.

        ``_external_id`` finds it in the answer; else it ends the header ``Location``.
        """
        response = self.session.call("POST", self._path(), json=values)
        record = look_up(self.session.decode(response), self._record_path)
        external_id = None
        if isinstance(record, dict) and record:
            with suppress(InvalidDataError, LookupError, TypeError, AttributeError):
                external_id = self._external_id(record)
        if not is_external_id(external_id):
            external_id = id_in_address(response.headers.get("Location", ""))
        if is_external_id(external_id):
            return external_id
        raise InvalidDataError(
            f"{self.backend_record.display_name}: POST {self._path()} succeeded, but "
            f"its answer has neither a field {self._id_field!r} nor a header Location. "
            "Set _record_path and _id_field."
        )

    def write(self, external_id: Any, values: dict[str, Any]) -> None:
        self.call(self._update_method, self._path(external_id), json=values)

    def delete(self, external_id: Any) -> None:
        self.call("DELETE", self._path(external_id))
