# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Name positional arguments: by the standard table, else by the server's own docs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from ._errors import ArgumentMappingError, InvalidArgumentsError, VodooError
from ._protocols import Call, Request, Response
from ._protocols.json2 import JSON2
from ._signatures import (
    STANDARD_SIGNATURES,
    Signature,
    are_ids,
    documented_signature,
    named,
)

T = TypeVar("T")
Exchange = Callable[[Request, Callable[[Response], Any]], Awaitable[Any]]

ON_RECORDS = Signature((), on_records=True)


def named_call(call: Call, signature: Signature) -> Call:
    """Return the call with all arguments by name."""
    kwargs = named(call.model, call.method, call.args, call.kwargs, signature)
    return replace(call, args=(), kwargs=kwargs)


def guessed_call(call: Call) -> Call | None:
    """Return the call with its names if they need no look into the documentation.

    One list of ids can only mean the records; if not, the server refuses it.
    """
    signature = STANDARD_SIGNATURES.get(call.method)
    if signature is None and (not call.args or _is_on_ids(call)):
        signature = ON_RECORDS
    return named_call(call, signature) if signature else None


def refuses_guess(call: Call, error: InvalidArgumentsError) -> bool:
    """Tell whether the server says that the method is not called on records."""
    return (
        _is_on_ids(call)
        and call.method not in STANDARD_SIGNATURES
        and "with ids" in error.message
    )


class Documentation:
    """Remember the server's documentation of models, with its ETag."""

    def __init__(self, protocol: JSON2, exchange: Exchange) -> None:
        self._protocol = protocol
        self._exchange = exchange
        self._methods: dict[str, Mapping[str, Any]] = {}
        self._etags: dict[str, str] = {}

    async def named_call(self, call: Call) -> Call:
        """Return the call with the names that the server documents.

        :raises ArgumentMappingError: before anything is sent, if it documents none.
        """
        method = self._methods.get(call.model, {}).get(call.method)
        if method is None:
            try:
                await self._refresh(call.model)
            except VodooError as error:
                raise self._unmapped(call, str(error)) from error
            method = self._methods[call.model].get(call.method)
        if method is None:
            raise self._unmapped(call, "the server documents no such method")
        return named_call(call, documented_signature(method))

    async def _refresh(self, model: str) -> None:
        request = self._protocol.documentation_request(model, self._etags.get(model))

        def read(response: Response) -> None:
            if response.status == 304:
                return
            self._methods[model] = self._protocol.read_documentation(response)
            self._etags[model] = response.headers.get("etag", "")

        await self._exchange(request, read)

    @staticmethod
    def _unmapped(call: Call, reason: str) -> ArgumentMappingError:
        return ArgumentMappingError(
            f"JSON-2 takes named arguments, and the names of these {len(call.args)} "
            f"positional ones are not known ({reason}); nothing was sent: name them, "
            "the records as ids=[…]",
            model=call.model,
            method=call.method,
        )


def _is_on_ids(call: Call) -> bool:
    return len(call.args) == 1 and are_ids(call.args[0])
