# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The base of the namespaces.

A namespace has three classes::

    HelpdeskBase            model, fields, private methods
    ├── AsyncHelpdesk       each operation, written once as ``async def``
    └── Helpdesk            the same: ``create = blocking(AsyncHelpdesk.create)``

The private methods call the public methods of the client, so overriding one of those
takes effect in every namespace.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine, Sequence
from typing import (
    Any,
    ClassVar,
    Concatenate,
    ParamSpec,
    Protocol,
    TypedDict,
    TypeVar,
    overload,
)

from .._errors import InvalidArgumentsError
from .._protocols import Call
from .._runners import awaited
from .._runners.sync import blocking
from .._values import Domain, Record, Records, Values

T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)
P = ParamSpec("P")


class Namespace:
    """Methods for one part of Odoo."""

    #: of a namespace with records: their model, and the name of an id (``ticket_id``)
    model: ClassVar[str]
    id_name: ClassVar[str]

    def __init__(self, client: Any) -> None:
        self.client = client

    async def _call(self, model: str, method: str, **kwargs: Any) -> Any:
        """Call a method of a model; arguments that are None are left out."""
        given = {name: value for name, value in kwargs.items() if value is not None}
        return await self.client._call(Call(model, method, (), given))

    async def _version(self) -> int:
        """Return the major version of the server."""
        transport = await self.client._ready_transport()
        return int(await transport._version())

    async def _search(self, *args: Any, **kwargs: Any) -> list[int]:
        return await awaited(self.client.search(*args, **kwargs))

    async def _read(self, *args: Any, **kwargs: Any) -> Records:
        return await awaited(self.client.read(*args, **kwargs))

    async def _search_read(self, *args: Any, **kwargs: Any) -> Records:
        return await awaited(self.client.search_read(*args, **kwargs))

    async def _create(self, model: str, values: Values, *args: Any) -> int:
        return int(await awaited(self.client.create(model, values, *args)))

    async def _write(self, *args: Any, **kwargs: Any) -> bool:
        return bool(await awaited(self.client.write(*args, **kwargs)))

    async def _unlink(self, *args: Any, **kwargs: Any) -> bool:
        return bool(await awaited(self.client.unlink(*args, **kwargs)))

    async def _fields_get(self, *args: Any, **kwargs: Any) -> dict[str, Record]:
        return await awaited(self.client.fields_get(*args, **kwargs))

    async def _search_existing(
        self, model: str, domain: Domain, fields: Sequence[str], **options: Any
    ) -> Records:
        """Search and read the fields that this version of Odoo has."""
        try:
            return await self._search_read(model, domain, fields, **options)
        except InvalidArgumentsError:
            known = await self._fields_get(model, attributes=["type"])
            existing = [name for name in fields if name in known]
            if existing == list(fields):
                raise
        return await self._search_read(model, domain, existing, **options)


class RecordName(TypedDict, total=False):
    """The names under which a namespace takes a record: ``note(ticket_id=42, …)``."""

    record_id: int
    article_id: int
    lead_id: int
    move_id: int
    project_id: int
    task_id: int
    ticket_id: int


class RecordMethod(Protocol[P, R_co]):
    """A method on one record, given by position or by one of its names.

    ``P`` are the other parameters, with ``**record: Unpack[RecordName]`` at the end.
    """

    @overload
    def __call__(
        self, record_id: int, /, *args: P.args, **kwargs: P.kwargs
    ) -> R_co: ...

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...


class RecordSignature(inspect.Signature):
    """The signature of such a method; mocks bind their calls with it."""

    __slots__ = ()

    def bind(self, /, *args: Any, **kwargs: Any) -> inspect.BoundArguments:
        for name in RecordName.__annotations__.keys() & kwargs.keys():
            kwargs["record_id"] = kwargs.pop(name)
        return super().bind(*args, **kwargs)


def by_record_id(
    operation: Callable[Concatenate[Any, int, P], Coroutine[Any, Any, T]],
) -> RecordMethod[P, Coroutine[Any, Any, T]]:
    """Accept the record under ``record_id`` and the namespace's own ``id_name``."""
    signature = inspect.signature(operation)
    names = list(signature.parameters)[2:-1]

    @functools.wraps(operation)
    async def renamed(self: Any, *args: Any, **kwargs: Any) -> Any:
        for name in kwargs.keys() - names:
            if args or name not in ("record_id", self.id_name):
                raise TypeError(
                    f"{operation.__name__}() got an unexpected argument {name!r}"
                )
            args = (kwargs.pop(name),)
        return await operation(self, *args, **kwargs)

    # Positional-only for type checkers alone: the wrapper takes its name, too.
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    first, record_id, *others = signature.parameters.values()
    parameters = [first.replace(kind=kind), record_id.replace(kind=kind), *others]
    method: Any = renamed
    method.__signature__ = RecordSignature(
        parameters, return_annotation=signature.return_annotation
    )
    return method  # type: ignore[no-any-return]


def blocking_by_id(
    operation: RecordMethod[P, Coroutine[Any, Any, T]],
) -> RecordMethod[P, T]:
    """Return the blocking twin of a method on one record."""
    method: Any = blocking(operation)
    return method  # type: ignore[no-any-return]
