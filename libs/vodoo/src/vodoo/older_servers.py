# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``search_read`` of servers that cannot leave the names out: Odoo 14 and older."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .errors import InvalidArgumentsError
from .http_transport import HTTPTransport
from .operation import Mode, Operation
from .values import Records
from .wire import Call

CLASSIC_READ = "_classic_read"


class AnyVersion(HTTPTransport[Mode]):
    """Take ``search_read(…, load=None)`` to servers that know no ``load``.

    A many2one is then an id, as newer servers return it. Whether the server knows it
    is learnt from its first refusal.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._knows_load = True

    def _call(self, call: Call) -> Operation[Any]:
        if not asks_for_load(call):
            return (yield from super()._call(call))
        if self._knows_load:
            try:
                return (yield from super()._call(call))
            except InvalidArgumentsError as error:
                if "unexpected keyword argument 'load'" not in error.message:
                    raise
            self._knows_load = False
        records = yield from super()._call(without_load(call))
        if call.kwargs["load"] != CLASSIC_READ:
            replace_names(records)
        return records


def asks_for_load(call: Call) -> bool:
    return call.method == "search_read" and "load" in call.kwargs


def without_load(call: Call) -> Call:
    kwargs = {name: value for name, value in call.kwargs.items() if name != "load"}
    return replace(call, kwargs=kwargs)


def replace_names(records: Records) -> None:
    """Put the id where a many2one has id and name; ids of an x2many have no names."""
    for record in records:
        for name, value in record.items():
            if isinstance(value, list) and len(value) == 2:
                record_id, label = value
                if type(record_id) is int and isinstance(label, str):
                    record[name] = record_id
