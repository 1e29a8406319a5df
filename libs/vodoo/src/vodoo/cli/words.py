# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The texts of a command line: ``field=value``, domains, lists of names."""

from __future__ import annotations

import ast
import json
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from .._errors import FieldParsingError

_ASSIGNMENT = re.compile(r"(\w+)\s*([-+*/]?=)(.*)", re.S)
_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+=": operator.add,
    "-=": operator.sub,
    "*=": operator.mul,
    "/=": operator.truediv,
}
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Assignment(NamedTuple):
    """``field=value`` or ``field+=value``."""

    field: str
    operator: str
    text: str

    @property
    def needs_current(self) -> bool:
        return self.operator != "="

    def value(self, field_type: str, current: Any = None) -> Any:
        """Return the value for a field of this type."""
        if not self.needs_current:
            return self._read(field_type)
        if not isinstance(current or 0, int | float):
            raise FieldParsingError(f"{self.field} is not a number: {current!r}")
        operand = self._read("integer" if field_type == "integer" else "float")
        if self.operator == "/=" and not operand:
            raise FieldParsingError(f"{self.field}: division by zero")
        changed = _OPERATIONS[self.operator](current or 0, operand)
        return int(changed) if field_type == "integer" else changed

    def _read(self, field_type: str) -> Any:
        if self.text.startswith("json:"):
            return parse_literal(self.text[len("json:") :], self.field)
        try:
            return _READERS.get(field_type, str)(self.text)
        except (KeyError, ValueError):
            pass
        raise FieldParsingError(
            f"cannot read {self.text!r} for {self.field}, a field of type {field_type}"
        )


def parse_assignments(words: Iterable[str]) -> list[Assignment]:
    """Read the words of a command line.

    :raises FieldParsingError: with the first word that is not an assignment.
    """
    assignments = []
    for word in words:
        match = _ASSIGNMENT.fullmatch(word)
        if match is None:
            raise FieldParsingError(f"expected field=value, found {word!r}")
        assignments.append(Assignment(*match.groups()))
    return assignments


def values_of(
    assignments: Iterable[Assignment],
    field_types: Mapping[str, str],
    current: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the values to write.

    :raises FieldParsingError: for an unknown field or a value that does not fit it.
    """
    values = {}
    for assignment in assignments:
        if assignment.field not in field_types:
            raise FieldParsingError(f"the model has no field {assignment.field!r}")
        if assignment.needs_current and current is None:
            raise FieldParsingError(
                f"{assignment.field}{assignment.operator} needs an existing record"
            )
        values[assignment.field] = assignment.value(
            field_types[assignment.field], (current or {}).get(assignment.field)
        )
    return values


def parse_domain(text: str | None) -> list[Any]:
    """Read a domain in JSON or in Python; None means all records.

    :raises FieldParsingError: also for an empty text, which is often an unset variable
    """
    if text is not None and not text.strip():
        raise FieldParsingError("the domain is empty; give [] for all records")
    domain = parse_literal(text, "domain") if text else []
    if not isinstance(domain, list):
        raise FieldParsingError(f"a domain is a list, found {text!r}")
    return domain


def parse_literal(text: str, what: str) -> Any:
    """Read a value in JSON or in Python."""
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError):
            continue
    raise FieldParsingError(f"cannot read the {what} {text!r}: neither JSON nor Python")


def split(text: str | None) -> list[str] | None:
    """Return the names in a text like ``name,email``."""
    return text.replace(",", " ").split() if text else None


def _many2one(text: str) -> int | bool:
    return int(text) if text and text.lower() not in ("false", "none") else False


def _x2many(text: str) -> list[Any]:
    from .._values import Cmd

    return [Cmd.set(map(int, text.replace(",", " ").split()))]


def _html(text: str) -> Any:
    from .._values import Markdown

    return Markdown(text)


_READERS: dict[str, Callable[[str], Any]] = {
    "boolean": lambda text: _TRUTH[text.lower()],
    "float": float,
    "html": _html,
    "integer": int,
    "many2many": _x2many,
    "many2one": _many2one,
    "monetary": float,
    "one2many": _x2many,
}
