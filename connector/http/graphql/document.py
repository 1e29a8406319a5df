# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Text of GraphQL operations: names, variables, fragments, and several reads in one.

An author writes operations as text. This module reads what a request needs to know of
them, and never the values of a request: those are variables, outside of the text.

It reads tokens, not the grammar. The backend checks the operation against its schema,
and names the line of an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<ignored>[\s,\ufeff]+ | \#[^\n\r]*)
  | (?P<string>\"{3}(?:\\\"{3} | [^"] | \"(?!\"\"))*\"{3} | "(?:\\. | [^"\\\n\r])*")
  | (?P<variable>\$[A-Za-z_]\w*)
  | (?P<spread>\.{3})
  | (?P<name>[A-Za-z_]\w*)
  | (?P<other>-?\d[\w.+-]* | [!&():=@\[\]{}|])
    """,
    re.VERBOSE | re.ASCII,
)
_KINDS = ("query", "mutation", "subscription")
_OPENING, _CLOSING = ("{", "(", "["), ("}", ")", "]")


class Token(NamedTuple):
    kind: str
    text: str
    start: int


@dataclass(frozen=True, eq=False)
class Definition:
    """One operation or fragment of a document."""

    kind: str
    name: str
    #: position of the definition, and of the "{" that begins its fields
    start: int
    body: int
    end: int
    #: of an operation: ``{name: type}``
    variables: Mapping[str, str] = field(default_factory=dict)
    #: names of the fragments that it uses
    uses: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation with the fragments that it uses, as it is sent."""

    text: str
    definition: Definition

    @property
    def name(self) -> str:
        """Return the name of the operation, "" if it has none."""
        return self.definition.name

    @property
    def is_mutation(self) -> bool:
        return self.definition.kind == "mutation"

    @property
    def variables(self) -> Mapping[str, str]:
        """Return ``{name: type}`` of the variables, as the text declares them."""
        return self.definition.variables

    @property
    def label(self) -> str:
        """Return the kind and name of the operation, for a message."""
        return f"{self.definition.kind} {self.name or 'without a name'}"


@lru_cache(maxsize=512)
def read_operation(text: str, fragments: str = "") -> Operation:
    """Return the operation of a text, with those of the fragments that it uses.

    :raise ValueError: the text has no operation, or several, or cannot be read
    """
    own = list(_definitions(text))
    operations = [each for each in own if each.kind != "fragment"]
    if len(operations) != 1:
        raise ValueError(
            f"expected one query or mutation, found {len(operations)}: "
            f"{' '.join(text.split())[:80]!r}"
        )
    shared = {each.name: each for each in _definitions(fragments)}
    present = {each.name for each in own if each.kind == "fragment"}
    missing = set().union(*(each.uses for each in own)) - present
    parts = [text.strip()]
    while missing:
        name = min(missing)
        if name not in shared:
            raise ValueError(
                f"the fragment {name} is not defined; those of _fragments are "
                f"{', '.join(sorted(shared)) or 'none'}"
            )
        parts.append(fragments[shared[name].start : shared[name].end])
        present.add(name)
        missing = (missing | shared[name].uses) - present
    text = "\n".join(parts)
    operation = next(each for each in _definitions(text) if each.kind != "fragment")
    return Operation(text, operation)


@lru_cache(maxsize=128)
def repeat(operation: Operation, count: int) -> Operation:
    """Return an operation that reads several records by aliases.

    ``query P($id: ID!) { product(id: $id) { name } }`` becomes::

        query P($id_0: ID!, $id_1: ID!) {
          r0: product(id: $id_0) { name }
          r1: product(id: $id_1) { name }
        }

    :raise ValueError: it has not one variable and one field
    """
    made, text = operation.definition, operation.text
    if len(made.variables) != 1:
        raise ValueError(
            f"{operation.label} must have one variable, the id; it has "
            f"{', '.join(made.variables) or 'none'}"
        )
    (variable, kind), fields = *made.variables.items(), _body(text, made)
    begin = _root_field(operation, fields)
    copies = []
    for index in range(count):
        copy, end = f"r{index}: ", begin
        for token in fields:
            if token.start >= begin and token.text == f"${variable}":
                copy += f"{text[end : token.start]}${variable}_{index}"
                end = token.start + len(token.text)
        copies.append(copy + text[end : made.end - 1].rstrip())
    declared = ", ".join(f"${variable}_{index}: {kind}" for index in range(count))
    before, after = text[: made.start], text[made.end :]
    head = f"query {made.name}({declared}) {{"
    return read_operation("\n".join([f"{before}{head}", *copies, f"}}{after}"]))


def _root_field(operation: Operation, fields: list[Token]) -> int:
    """Return the position of the only field of an operation, after its alias."""
    names, depth, previous = [], 0, ""
    for token in fields:
        if token.text in _OPENING:
            depth += 1
        elif token.text in _CLOSING:
            depth -= 1
        elif token.kind in ("name", "spread") and not depth and previous != "@":
            if previous == ":":
                names.pop()
            names.append(token)
        previous = token.text
    if len(names) != 1 or names[0].kind == "spread":
        raise ValueError(f"{operation.label} must read one field to be repeated")
    return names[0].start


def _body(text: str, definition: Definition) -> list[Token]:
    """Return the tokens between the outer braces of a definition."""
    first, last = definition.body + 1, definition.end - 1
    return [token for token in _tokens(text) if first <= token.start < last]


def _tokens(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            line = text.count("\n", 0, position) + 1
            raise ValueError(
                f"line {line} of the operation cannot be read: "
                f"{text[position : position + 40]!r}"
            )
        if match.lastgroup != "ignored":
            yield Token(match.lastgroup or "", match.group(), position)
        position = match.end()


def _definitions(text: str) -> Iterator[Definition]:
    """Yield the definitions of a document: each ends with its outer brace."""
    tokens: list[Token] = []
    depth = 0
    for token in _tokens(text):
        tokens.append(token)
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if depth < 0:
            break
        if not depth and token.text == "}":
            yield _definition(tokens)
            tokens = []
    if tokens:
        raise ValueError(
            f"the braces of the operation do not match: {' '.join(text.split())[:80]!r}"
        )


def _definition(tokens: list[Token]) -> Definition:
    first, name, head = tokens[0], "", _head_length(tokens)
    kind = first.text if first.kind == "name" else "query"
    if kind not in (*_KINDS, "fragment") or (first.kind != "name" and head):
        raise ValueError(f"expected query, mutation or fragment, found {first.text!r}")
    if head > 1 and tokens[1].kind == "name":
        name = tokens[1].text
    after = zip(tokens[head:], tokens[head + 1 :], strict=False)
    uses = {
        second.text
        for spread, second in after
        if spread.kind == "spread" and second.kind == "name" and second.text != "on"
    }
    return Definition(
        kind=kind,
        name=name,
        start=first.start,
        body=tokens[head].start,
        end=tokens[-1].start + 1,
        variables=_variables(tokens[:head]) if kind != "fragment" else {},
        uses=frozenset(uses),
    )


def _head_length(tokens: list[Token]) -> int:
    """Return the number of tokens before the "{" that begins the fields."""
    depth = 0
    for index, token in enumerate(tokens):
        # the "{" of a default value of a variable is inside of parentheses
        if token.text == "{" and not depth:
            return index
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
    return 0


def _variables(head: list[Token]) -> dict[str, str]:
    """Return ``{name: type}`` of the variables in the head of an operation."""
    variables, name, in_type = {}, "", False
    depth = 0
    for token in head:
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if token.kind == "variable" and depth == 1:
            name, in_type = token.text[1:], False
            variables[name] = ""
        elif token.text == ":" and name and not variables[name]:
            in_type = True
        elif in_type and (token.kind == "name" or token.text in "[]!"):
            variables[name] += token.text
        else:  # a default value, or a directive
            in_type = False
    return variables
