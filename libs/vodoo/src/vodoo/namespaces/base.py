# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the namespaces have in common."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ..crud import Crud
from ..errors import InvalidArgumentsError
from ..operation import Bound, Mode, Operation
from ..values import Domain, Records
from ..wire import Call

if TYPE_CHECKING:
    from ..client import Client

F = TypeVar("F", bound=Callable[..., Any])


class Namespace(Bound[Mode]):
    """Give methods for one part of Odoo."""

    #: the name that the namespace gives a record's id, like ``ticket_id``
    id_name: ClassVar[str]

    def __init__(self, client: Client[Mode]) -> None:
        self.client = client
        self.shell = client.shell

    def call(
        self, model: str, method: str, *args: Any, **kwargs: Any
    ) -> Operation[Any]:
        """Call a method of a model."""
        given = {name: value for name, value in kwargs.items() if value is not None}
        return (yield from self.client.call_steps(Call(model, method, args, given)))

    def version_steps(self) -> Operation[int]:
        """Return the major version of the server."""
        transport = yield from self.client.transport_steps()
        return (yield from transport.version_steps())

    def search_existing(
        self, model: str, domain: Domain, fields: Sequence[str], **options: Any
    ) -> Operation[Records]:
        """Search and read the fields that this version of Odoo has."""
        try:
            return (
                yield from Crud.search_read(
                    self.client, model, domain, fields, **options
                )
            )
        except InvalidArgumentsError:
            known = yield from Crud.fields_get(self.client, model, attributes=["type"])
            existing = [name for name in fields if name in known]
            if existing == list(fields):
                raise
        return (
            yield from Crud.search_read(self.client, model, domain, existing, **options)
        )


def by_record_id(steps: F) -> F:
    """Accept the record under the name that the namespace gives it (``ticket_id``)."""

    @functools.wraps(steps)
    def renamed(self: Namespace[Any], *args: Any, **kwargs: Any) -> Any:
        if self.id_name in kwargs:
            kwargs["record_id"] = kwargs.pop(self.id_name)
        return steps(self, *args, **kwargs)

    return renamed  # type: ignore[return-value]
