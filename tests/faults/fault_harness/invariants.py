# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Invariants of two databases, checked without the connector's code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]
Link = tuple[int, int]


@dataclass
class Verdict:
    """Number of comparisons, and violations."""

    records: int = 0
    values: int = 0
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        return [*self.lost, *self.duplicated, *self.different, *self.other]

    def merge(self, other: Verdict) -> Verdict:
        return Verdict(
            self.records + other.records,
            self.values + other.values,
            self.lost + other.lost,
            self.duplicated + other.duplicated,
            self.different + other.different,
            self.other + other.other,
        )


@dataclass(frozen=True)
class Synchronized:
    """The records of one model in both databases, and their bindings.

    The values of relations are keys of the leading database; ``translate`` converts
    those of the following database.

    :param leading: ``{id: values}`` of the records to synchronize
    :param following: the same of the other database, of all its new records
    :param links: ``(leading id, following id)`` of each binding
    :param excused: leading ids that are not synchronized on purpose
    :param deleted: leading ids of deleted records, which may have been bound
    """

    model: str
    leading: Mapping[int, Values]
    following: Mapping[int, Values]
    links: Collection[Link]
    excused: Collection[int] = ()
    deleted: Collection[int] = ()
    relations: Mapping[str, str] = field(default_factory=dict)


def judge(models: Iterable[Synchronized]) -> Verdict:
    """Compare each model; the links of all models translate relations."""
    models = list(models)
    leading_ids = {
        each.model: {following: leading for leading, following in each.links}
        for each in models
    }
    verdict = Verdict()
    for each in models:
        verdict = verdict.merge(_judge_links(each))
        verdict = verdict.merge(_judge_values(each, leading_ids))
    return verdict


def _judge_links(each: Synchronized) -> Verdict:
    verdict = Verdict(records=len(each.leading))
    by_leading = Counter(leading for leading, _following in each.links)
    by_following = Counter(following for _leading, following in each.links)
    excused = set(each.excused)
    for record_id in each.leading:
        if not by_leading[record_id] and record_id not in excused:
            verdict.lost.append(f"{each.model} {record_id} is not bound")
        if by_leading[record_id] > 1:
            verdict.duplicated.append(f"{each.model} {record_id} is bound twice")
    known = {*each.leading, *each.deleted, *excused}
    for leading, following in each.links:
        if leading not in known:
            verdict.other.append(f"{each.model}: a binding to {leading}, which is none")
        if following not in each.following and leading not in each.deleted:
            verdict.other.append(f"{each.model}: a binding of {following} is orphaned")
    for record_id in each.following:
        if not by_following[record_id]:
            name = each.following[record_id].get("name")
            verdict.duplicated.append(
                f"{each.model} {record_id} ({name}) on the other side is bound to "
                "nothing: made twice"
            )
        if by_following[record_id] > 1:
            verdict.duplicated.append(
                f"{each.model} {record_id} on the other side has two bindings"
            )
    return verdict


def _judge_values(
    each: Synchronized, leading_ids: Mapping[str, Mapping[int, int]]
) -> Verdict:
    verdict = Verdict()
    for leading, following in each.links:
        expected, found = each.leading.get(leading), each.following.get(following)
        if expected is None or found is None:
            continue
        for name, value in expected.items():
            landed = found.get(name)
            if name in each.relations:
                landed = _translated(landed, leading_ids[each.relations[name]])
            verdict.values += 1
            if landed != value:
                verdict.different.append(
                    f"{each.model} {leading}, {name}: {value!r} became {landed!r}"
                )
    return verdict


def _translated(value: Any, ids: Mapping[int, int]) -> Any:
    if isinstance(value, frozenset):
        return frozenset(ids.get(one, -one) for one in value)
    return value and ids.get(value, -value)
