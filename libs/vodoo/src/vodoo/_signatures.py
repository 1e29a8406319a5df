# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Arguments by position and by name: JSON-2 takes names, JSON-RPC both.

``STANDARD_SIGNATURES`` has the ORM's methods, whose parameters are the same on every
model. Some are named otherwise on older servers: ``_RENAMED``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._errors import ArgumentMappingError


@dataclass(frozen=True)
class Signature:
    """The order of a method's parameters, after ``ids`` if it is called on records."""

    parameters: tuple[str, ...]
    on_records: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return ("ids", *self.parameters) if self.on_records else self.parameters


STANDARD_SIGNATURES: dict[str, Signature] = {
    # on the model
    "check_access_rights": Signature(("operation", "raise_exception")),
    "context_get": Signature(()),
    "create": Signature(("vals_list",)),
    "default_get": Signature(("fields",)),
    "fields_get": Signature(("allfields", "attributes")),
    "get_view": Signature(("view_id", "view_type")),
    "get_views": Signature(("views", "options")),
    "load": Signature(("fields", "data")),
    "name_create": Signature(("name",)),
    "name_search": Signature(("name", "domain", "operator", "limit")),
    "read_group": Signature(
        ("domain", "fields", "groupby", "offset", "limit", "orderby", "lazy")
    ),
    "formatted_read_group": Signature(
        ("domain", "groupby", "aggregates", "having", "offset", "limit", "order")
    ),
    "search": Signature(("domain", "offset", "limit", "order")),
    "search_count": Signature(("domain", "limit")),
    "search_read": Signature(("domain", "fields", "offset", "limit", "order")),
    "web_search_read": Signature(
        ("domain", "specification", "offset", "limit", "order", "count_limit")
    ),
    # on records
    "action_archive": Signature((), on_records=True),
    "action_unarchive": Signature((), on_records=True),
    "copy": Signature(("default",), on_records=True),
    "export_data": Signature(("fields_to_export",), on_records=True),
    "get_external_id": Signature((), on_records=True),
    "get_metadata": Signature((), on_records=True),
    "onchange": Signature(("values", "field_names", "fields_spec"), on_records=True),
    "read": Signature(("fields", "load"), on_records=True),
    "toggle_active": Signature((), on_records=True),
    "unlink": Signature((), on_records=True),
    "web_read": Signature(("specification",), on_records=True),
    "web_save": Signature(("vals", "specification", "next_id"), on_records=True),
    "write": Signature(("vals",), on_records=True),
}

#: method: {name on older servers: name}
_RENAMED = {"name_search": {"args": "domain"}}


def named(
    model: str,
    method: str,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    signature: Signature,
) -> dict[str, Any]:
    """Return all arguments by name.

    :raises ArgumentMappingError: for an argument too many, or given twice.
    """
    names = signature.names
    if len(args) > len(names):
        raise ArgumentMappingError(
            f"{len(args)} positional arguments given, but only "
            f"{', '.join(names) or 'none'} can be; name the others",
            model=model,
            method=method,
        )
    arguments = dict(zip(names, args, strict=False))
    for name, value in kwargs.items():
        name = _RENAMED.get(method, {}).get(name, name)
        if name in arguments:
            raise ArgumentMappingError(
                f"the argument {name!r} is given twice, by position and by name",
                model=model,
                method=method,
            )
        arguments[name] = value
    if "ids" in arguments and signature.on_records:
        arguments["ids"] = as_ids(arguments["ids"])
    return arguments


def documented_signature(documentation: Mapping[str, Any]) -> Signature:
    """Return the signature from the server's documentation of a method."""
    names = [
        name
        for name, parameter in documentation.get("parameters", {}).items()
        if parameter.get("kind", "POSITIONAL_OR_KEYWORD") == "POSITIONAL_OR_KEYWORD"
    ]
    on_records = "model" not in documentation.get("api", ())
    return Signature(tuple(names), on_records=on_records)


def are_ids(value: object) -> bool:
    """Return whether the value can only mean records: a list of their ids."""
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(type(item) is int and item > 0 for item in value)
    )


def as_ids(value: Any) -> Any:
    """Return a list of ids for one id or several."""
    if isinstance(value, int) and not isinstance(value, bool):
        return [value]
    return list(value) if isinstance(value, tuple) else value


def positional(
    method: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[Sequence[Any], Mapping[str, Any]]:
    """Return the arguments as ``execute_kw`` of every Odoo version takes them.

    ``ids`` becomes the first argument; ``name_search`` is called by position,
    for its parameter ``domain`` was once called ``args``.
    """
    names = STANDARD_SIGNATURES["name_search"].names
    if method == "name_search" and len(args) <= len(names):
        kwargs = {_RENAMED[method].get(name, name): v for name, v in kwargs.items()}
        defaults = {"name": "", "domain": [], "operator": "ilike", "limit": 100}
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        rest = {name: value for name, value in kwargs.items() if name not in names}
        return [given.get(name, defaults[name]) for name in names], rest
    if "ids" in kwargs and not args:
        signature = STANDARD_SIGNATURES.get(method)
        if signature is None or signature.on_records:
            rest = {name: value for name, value in kwargs.items() if name != "ids"}
            return [as_ids(kwargs["ids"])], rest
    return args, kwargs
