# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compare what landed in the target with the source, field by field.

Both are read over the external API, without any of the connector's code: the source
under its own ids, the target under those that its bindings tell.
"""

from __future__ import annotations

import html
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import vodoo

from .compared_models import COMPARED_MODELS, ComparedModel

Records = dict[int, dict[str, Any]]
ALL = {"active_test": False}

#: field that identifies a record of these models in both databases
KEY_FIELDS = {"uom.uom": "name", "res.currency": "name", "res.users": "login"}


@dataclass(frozen=True)
class Difference:
    """Value, or whole record, that differs between the databases."""

    model: str
    external_id: int
    field: str
    source: object
    target: object

    def __str__(self) -> str:
        return (
            f"{self.model} {self.external_id}, {self.field}: "
            f"{self.source!r} in the source, {self.target!r} in the target"
        )


def find_differences(model: str, source: Records, target: Records) -> list[Difference]:
    """Compare records under the source's ids; a missing one differs as a whole."""
    differences = []
    for external_id, expected in sorted(source.items()):
        landed = target.get(external_id)
        if landed is None:
            name = expected.get("name")
            differences.append(Difference(model, external_id, "record", name, None))
            continue
        differences += [
            Difference(model, external_id, field, value, landed.get(field))
            for field, value in expected.items()
            if landed.get(field) != value
        ]
    for external_id in sorted(set(target) - set(source)):
        name = target[external_id].get("name")
        differences.append(Difference(model, external_id, "record", None, name))
    return differences


def rounded(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value


def words(text: str | bool) -> list[str]:
    """Return the words of a text or of HTML; an empty field has none."""
    return html.unescape(re.sub(r"<[^>]*>", " ", str(text or ""))).split()


def translate(
    record: Mapping[str, Any],
    model: ComparedModel,
    external_ids: Mapping[str, Mapping[int, int]],
    codes: Mapping[str, Mapping[int, object]],
) -> dict[str, Any]:
    """Return a record's values, relations told by the source's ids or by codes."""
    values = {field: rounded(record[field]) for field in model.plain}
    values |= {field: words(record[field]) for field in model.texts}
    for field, comodel in model.imported.items():
        ids = external_ids[comodel]
        value = record[field]
        values[field] = (
            sorted(ids.get(one, -one) for one in value)
            if isinstance(value, list)
            else value and ids.get(value, -value)
        )
    for field, comodel in model.known.items():
        values[field] = record[field] and codes[comodel].get(record[field])
    return values


class Side(ABC):
    """One of the two databases, read for the comparison."""

    def __init__(
        self,
        client: vodoo.OdooClient,
        models: Sequence[ComparedModel] = COMPARED_MODELS,
    ):
        self.client = client
        self.models = models

    def read(self, model: str, domain: list, fields: Sequence[str]) -> list[dict]:
        return self.client.execute(
            model, "search_read", domain, fields=list(fields), load=None, context=ALL
        )

    @abstractmethod
    def external_ids(self) -> dict[str, dict[int, int]]:
        """Return, for each model, ``{id on this side: id in the source}``."""

    def codes(self) -> dict[str, dict[int, object]]:
        """Return, for each model with codes, ``{id on this side: code}``."""
        countries = {
            row["id"]: row["code"] for row in self.read("res.country", [], ["code"])
        }
        states = {
            row["id"]: (countries[row["country_id"]], row["code"])
            for row in self.read("res.country.state", [], ["code", "country_id"])
        }
        keys = {
            model: {row["id"]: row[key] for row in self.read(model, [], [key])}
            for model, key in KEY_FIELDS.items()
            if any(model in compared.known.values() for compared in self.models)
        }
        return {"res.country": countries, "res.country.state": states, **keys}

    def records(self) -> dict[str, Records]:
        """Return, for each compared model, the translated records by source id."""
        external_ids, codes = self.external_ids(), self.codes()
        return {
            model.name: {
                external_ids[model.name][row["id"]]: translate(
                    row, model, external_ids, codes
                )
                for row in self.read(model.name, list(model.domain), model.fields)
                if row["id"] in external_ids[model.name]
            }
            for model in self.models
        }


class SourceSide(Side):
    """The source: its ids are those of all."""

    def external_ids(self) -> dict[str, dict[int, int]]:
        return {
            model.name: {
                row["id"]: row["id"]
                for row in self.read(model.name, list(model.domain), ["id"])
            }
            for model in self.models
        }


class TargetSide(Side):
    """The target, whose bindings have the ids of the source."""

    def __init__(
        self,
        client: vodoo.OdooClient,
        backend_id: int,
        models: Sequence[ComparedModel] = COMPARED_MODELS,
    ):
        super().__init__(client, models)
        self.backend_id = backend_id

    def external_ids(self) -> dict[str, dict[int, int]]:
        domain = [("backend_id", "=", self.backend_id)]
        return {
            model.name: {
                row["odoo_id"]: int(row["external_id"])
                for row in self.read(
                    model.binding_model, domain, ["odoo_id", "external_id"]
                )
            }
            for model in self.models
        }


def compare_sides(source: Side, target: Side) -> tuple[int, list[Difference]]:
    """Return how many values were compared, and those that differ."""
    expected, landed = source.records(), target.records()
    value_count = sum(
        len(values) for records in expected.values() for values in records.values()
    )
    differences = [
        difference
        for model in source.models
        for difference in find_differences(
            model.name, expected[model.name], landed[model.name]
        )
    ]
    return value_count, differences
