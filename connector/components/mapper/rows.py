# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rows of ``direct`` and ``children``, compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypedDict

from .decorators import MappingDefinition
from .modifier import (
    Change,
    Read,
    Source,
    ValueModifier,
    describe_source,
    field_names,
    read_items,
    reader,
    reads_the_record,
    source_fields,
)


class MappingLine(TypedDict):
    """One line of a mapper's description."""

    source: str
    target: str
    how: str
    only_create: bool
    changed_by: list[str]


def describe_step(
    names: Iterable[str], target: str, how: str, only_create: bool = False
) -> MappingLine:
    """Return the description of a step that reads the fields ``names``."""
    names = list(names)
    return MappingLine(
        source=", ".join(names),
        target=target,
        how=how,
        only_create=only_create,
        changed_by=names,
    )


def describe_methods(methods: Mapping[str, MappingDefinition]) -> list[MappingLine]:
    """Return the descriptions of mapping methods; their targets are not known."""
    return [
        describe_step(sorted(changed_by), "", f"method {name}", only_create)
        for name, (changed_by, only_create) in methods.items()
    ]


class Row(NamedTuple):
    """Direct row.

    ``read`` makes the target value from the record. If it is None, the record is
    subscripted by ``source``, and ``change`` is applied unless it is None, too.
    """

    source: Source
    target: str
    change: Change | None
    read: Read | None
    modifier: Source | None
    source_fields: tuple[str, ...]
    how: str
    #: names of changes for which the row runs, see :func:`.field_names`
    names: frozenset[str]

    @property
    def step(self) -> str:
        source = ", ".join(self.source_fields) or "?"
        return f"row {source} → {self.target} ({self.how})"

    @property
    def description(self) -> MappingLine:
        return describe_step(self.source_fields, self.target, self.how)

    @property
    def is_known(self) -> bool:
        """Whether ``source_fields`` are all the fields that the row reads."""
        return bool(self.source_fields) or not reads_the_record(self.source)


class Child(NamedTuple):
    """Items of the record, converted by the mapper of another model."""

    source: str
    target: str
    model_name: str

    @property
    def names(self) -> frozenset[str]:
        return field_names((self.source,))

    @property
    def step(self) -> str:
        return f"children {self.source} → {self.target} (model {self.model_name})"

    @property
    def description(self) -> MappingLine:
        how = f"children of {self.model_name}"
        return describe_step([self.source], self.target, how)

    def items_of(self, record: Any) -> Iterable[Any]:
        """Return the items of a record, none if they cannot be read."""
        try:
            return list(read_items(record, self.source) or ())
        except Exception:  # mapping this record raises the same error
            return ()


def compile_rows(
    mapper: Any,
    direct: Iterable[Any],
    model_fields: Mapping[str, Any],
    find_source_field: Callable[[Any, Source], str | None] | None,
    map_direct: Callable[[Any, Any, Source, str], Any] | None,
) -> Iterator[Row]:
    """Yield the compiled rows of ``direct``.

    :param find_source_field: the hook ``_direct_source_field_name``, None unless it is
        overridden
    :param map_direct: the hook ``_map_direct``, None unless it is overridden
    :raise ValueError: a row is not a pair of a source and a target
    """
    for entry in direct:
        try:
            source, target = entry
        except (TypeError, ValueError):
            raise ValueError(
                f"Mapper {mapper._name}: a row of `direct` is a pair (source, target), "
                f"found {entry!r}."
            ) from None
        modifier = source
        if isinstance(source, str):
            modifier = mapper._find_modifier(model_fields, source, target)
        names = source_fields(source)
        if find_source_field is not None:
            names = tuple(filter(None, [find_source_field(mapper, source)]))
        field, change, read = source, None, None
        if map_direct is not None:
            read = _call_hook(map_direct, source)
        elif isinstance(modifier, ValueModifier) and modifier.is_plain:
            field, change = modifier.field, modifier.change
        elif modifier is not None:
            read = reader(modifier)
        elif "." in source:
            read = _falsy_as_false(reader(source))
        how = describe_source(source if modifier is None else modifier)
        yield Row(field, target, change, read, modifier, names, how, field_names(names))


def _call_hook(map_direct: Callable[..., Any], source: Source) -> Read:
    return lambda mapper, record, to_attr: map_direct(mapper, record, source, to_attr)


def _falsy_as_false(read: Read) -> Read:
    return lambda mapper, record, to_attr: read(mapper, record, to_attr) or False


def compile_children(mapper: Any, children: Iterable[Any]) -> Iterator[Child]:
    """Yield the children rows.

    :raise ValueError: a row is not a triple of a source, a target and a model
    """
    for entry in children:
        try:
            yield Child(*entry)
        except TypeError:
            raise ValueError(
                f"Mapper {mapper._name}: a row of `children` is (source, target, model "
                f"name), found {entry!r}."
            ) from None
