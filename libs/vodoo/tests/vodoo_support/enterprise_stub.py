# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A STUB of Odoo Enterprise: not Odoo, but a server with answers in recorded shapes.

Helpdesk, Knowledge, Documents and timers belong to Odoo Enterprise, which the tests
cannot install. This keeps records in dicts and answers as Odoo does: ``search_read``
and ``read`` with ids and ``False``, ``create`` with a list, unknown fields with
ValueError. It computes nothing that Enterprise computes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from .stub_server import (
    Answer,
    Received,
    StubServer,
    json_2_error,
    reply,
    result,
    rpc_error,
)

Method = Callable[..., Any]


class EnterpriseStub(StubServer):
    """Answer calls from ``records`` and ``methods``; remember them in ``called``."""

    def __init__(self, version: int = 19) -> None:
        super().__init__()
        self.version = version
        self.fields: dict[str, dict[str, str]] = {}
        self.records: dict[str, dict[int, dict[str, Any]]] = {}
        self.methods: dict[tuple[str, str], Method] = {}
        self.called: list[tuple[str, str, list[int], dict[str, Any]]] = []
        self._numbers = itertools.count(100)

    def add_model(self, model: str, **fields: str) -> None:
        """Add a model with its fields' types."""
        self.fields[model] = {"id": "integer", **fields}
        self.records[model] = {}

    def add(self, model: str, **values: Any) -> int:
        """Add a record."""
        record_id = next(self._numbers)
        blank = dict.fromkeys(self.fields[model], False)
        self.records[model][record_id] = {**blank, **values, "id": record_id}
        return record_id

    def answer_to(self, request: Received) -> Answer:
        if request.path.endswith("version_info"):
            self.received.append(request)
            return result({"server_version_info": [self.version, 0, 0, "final", 0, ""]})
        if not request.is_call:
            return super().answer_to(request)
        return self._answer_call(request)

    def _answer_call(self, request: Received) -> Answer:
        self.received.append(request)
        is_json_2 = request.path.startswith("/json/2/")
        if is_json_2:
            _empty, _json, _two, model, method = request.path.split("/")
            kwargs = dict(request.body)
            ids = kwargs.pop("ids", [])
        else:
            model, method, args, kwargs = request.body["params"]["args"][3:]
            ids, kwargs = self._named(method, list(args), dict(kwargs))
        try:
            value = self._execute(model, method, ids, kwargs)
        except (KeyError, ValueError) as error:
            name, message = f"builtins.{type(error).__name__}", str(error)
            return (
                json_2_error(500, name, message)
                if is_json_2
                else rpc_error(name, message)
            )
        return reply(value) if is_json_2 else result(value)

    @staticmethod
    def _named(
        method: str, args: list[Any], kwargs: dict[str, Any]
    ) -> tuple[list[int], dict[str, Any]]:
        names = {
            "create": ["vals_list"],
            "search_read": ["domain"],
            "search": ["domain"],
            "fields_get": ["allfields"],
            "write": ["ids", "vals"],
        }.get(method, ["ids"])
        kwargs.update(zip(names, args, strict=False))
        return kwargs.pop("ids", []), kwargs

    def _execute(
        self, model: str, method: str, ids: list[int], kwargs: dict[str, Any]
    ) -> Any:
        self.called.append((model, method, ids, kwargs))
        if (model, method) in self.methods:
            return self.methods[model, method](ids, **kwargs)
        records = self.records[model]
        if method == "fields_get":
            return {name: {"type": kind} for name, kind in self.fields[model].items()}
        if method == "create":
            values = kwargs["vals_list"]
            many = values if isinstance(values, list) else [values]
            created = [self.add(model, **one) for one in many]
            return created if isinstance(values, list) else created[0]
        if method == "write":
            for record_id in ids:
                records[record_id].update(kwargs["vals"])
            return True
        if method == "read":
            return [self._row(model, records[i], kwargs) for i in ids if i in records]
        if method == "search_read":
            found = [r for r in records.values() if matches(r, kwargs["domain"])]
            return [self._row(model, r, kwargs) for r in found][
                : kwargs.get("limit") or None
            ]
        raise ValueError(f"the stub has no {model}.{method}")

    def _row(
        self, model: str, record: dict[str, Any], kwargs: dict[str, Any]
    ) -> dict[str, Any]:
        names = kwargs.get("fields") or list(self.fields[model])
        for name in names:
            if name not in self.fields[model]:
                raise ValueError(f"Invalid field {name!r} on {model!r}")
        return {name: record[name] for name in {"id", *names}}


def matches(record: dict[str, Any], domain: list[Any]) -> bool:
    """Evaluate the operators = and != on the record's own fields."""
    for name, operator, value in domain:
        own = record.get(name, False)
        own = own[0] if isinstance(own, list) and own else own
        if operator not in ("=", "!=", ">="):
            raise ValueError(f"the stub does not know the operator {operator}")
        if operator != ">=" and (own == value) != (operator == "="):
            return False
    return True
