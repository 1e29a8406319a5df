# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Read ``field=value`` and domains from the command line."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._errors import FieldParsingError
from .._values import Cmd, Markdown

_ASSIGNMENT = re.compile(r"(\w+)\s*([-+*/]?=)(.*)", re.S)

_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+=": lambda current, operand: current + operand,
    "-=": lambda current, operand: current - operand,
    "*=": lambda current, operand: current * operand,
    "/=": lambda current, operand: current / operand,
}

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Assignment:
    """Hold one ``field=value`` or ``field+=value``."""

    field: str
    operator: str
    text: str

    @property
    def needs_current(self) -> bool:
        return self.operator != "="

    def value(self, field_type: str, current: Any = None) -> Any:
        """Return the value for a field of this type."""
        if not self.needs_current:
            return _read(self, field_type)
        if not isinstance(current or 0, int | float):
            raise FieldParsingError(f"{self.field} is no number: {current!r}")
        operand = _read(self, "integer" if field_type == "integer" else "float")
        if self.operator == "/=" and not operand:
            raise FieldParsingError(f"{self.field}: division by zero")
        changed = _OPERATIONS[self.operator](current or 0, operand)
        return int(changed) if field_type == "integer" else changed


def parse_assignments(words: Iterable[str]) -> list[Assignment]:
    """Read the words of a command line.

    :raises FieldParsingError: naming the word that is none.
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
    """Return what to write.

    :raises FieldParsingError: for an unknown field or a value that does not fit it.
    """
    values = {}
    for assignment in assignments:
        if assignment.field not in field_types:
            raise FieldParsingError(f"the model has no field {assignment.field!r}")
        if assignment.needs_current and current is None:
            raise FieldParsingError(
                f"{assignment.field}{assignment.operator} needs a record that is there"
            )
        values[assignment.field] = assignment.value(
            field_types[assignment.field], (current or {}).get(assignment.field)
        )
    return values


def parse_domain(text: str | None) -> list[Any]:
    """Read a domain in JSON or in Python; without one it is that of all records.

    :raises FieldParsingError: also for an empty text, mostly an unset variable
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


def _read(assignment: Assignment, field_type: str) -> Any:
    text = assignment.text
    if text.startswith("json:"):
        return parse_literal(text[len("json:") :], assignment.field)
    reader = _READERS.get(field_type, str)
    try:
        return reader(text)
    except (KeyError, ValueError):
        pass
    raise FieldParsingError(
        f"{assignment.field} is of type {field_type}: cannot read {text!r} as that"
    )


def _number_or_false(text: str) -> int | bool:
    return int(text) if text and text.lower() not in ("false", "none") else False


def _ids(text: str) -> list[Any]:
    return [Cmd.set(int(word) for word in text.replace(",", " ").split())]


_READERS: dict[str, Callable[[str], Any]] = {
    "boolean": lambda text: _TRUTH[text.lower()],
    "float": float,
    "html": Markdown,
    "integer": int,
    "many2many": _ids,
    "many2one": _number_or_false,
    "monetary": float,
    "one2many": _ids,
}
