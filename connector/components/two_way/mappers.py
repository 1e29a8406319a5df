# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One table of fields for both directions.

An import mapper declares its rows. The reversed mapper of the model exports the same
rows from right to left. So a model needs a separate export mapper only for fields
without a plain row:

.. code-block:: text

    import mapper                                 reversed mapper
    ("name", "name")                          →   ("name", "name")
    (bound("parent", "shop.category"),        →   (bound_to_external("parent_id",
     "parent_id")                                    "shop.category"), "parent")
    ("id", "external_id") with a function     →   no row: it has no reverse

A modifier has a reverse if it has an attribute ``exported``, which makes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from odoo.addons.component.core import AbstractComponent

from ..comparison.stored_values import digest
from ..mapper import Modifier, source_fields
from .adapter import Version
from .references import KEPT, ExportReference, Reference


class ReferenceMapper(AbstractComponent):
    """Mapper of records that refer to records of other models."""

    _name = "generic.reference.mapper"
    _inherit = "base.connector"

    #: the class of the modifiers that lead to other records
    _reference_class: type[Modifier] = Modifier
    #: references that no row maps, and whose records are needed first nevertheless
    dependencies: list[Any] = []

    @property
    def references(self) -> list[Any]:
        """Return the references of the rows, then the dependencies."""
        sources = [source for source, _target in self.direct]
        found = [each for each in sources if isinstance(each, self._reference_class)]
        return [*found, *self.dependencies]

    def matcher_for(self, model_name: str) -> Any:
        """Return the component that finds records of a model by their natural key."""
        return self.component(usage="record.matcher", model_name=model_name)


class TwoWayImportMapper(AbstractComponent):
    """Import mapper whose rows are exported, too, by a reversed mapper."""

    _name = "generic.two.way.import.mapper"
    _inherit = ["generic.reference.mapper", "base.import.mapper"]

    _reference_class = Reference
    #: fields that identify a record on both sides: an unbound record with the same
    #: values is bound instead of created a second time
    natural_key: tuple[str, ...] = ()
    #: fields that suggest that two records are the same, where no natural key is sure:
    #: a person is asked before a first import
    alike_key: tuple[str, ...] = ()

    #: the rows and the dependencies of the reversed mapper
    reversed_direct: list[tuple[Any, str]] = []
    reversed_dependencies: list[Any] = []

    @classmethod
    def _complete_component_build(cls) -> None:
        super()._complete_component_build()
        if isinstance(cls.direct, list | tuple):  # not a property
            cls.reversed_direct = list(_reversed_rows(cls.direct))
        cls.reversed_dependencies = [
            reference.exported(reference.field) for reference in cls.dependencies
        ]

    def changed_by_fields(self) -> set[str]:
        return super().changed_by_fields() | {
            reference.field for reference in self.dependencies
        }

    def prefetch(self, external_records: Iterable[Any]) -> None:
        """Look up together what the records refer to by a natural key."""
        records = list(external_records)
        for reference in self.references:
            if not reference.is_binding:
                matcher = self.matcher_for(reference.model_name)
                matcher.prefetch(reference.ids_in(records))

    def remote_fingerprints(self, version: Version) -> dict[str, str]:
        """Return a fingerprint of each local field, of its remote values.

        For the result of a mapping method it is that of the remote field with its name.
        """
        values = version.values
        prints = {name: digest([values[name]]) for name in values}
        for source, target, *_model in [*self.direct, *self.children]:
            names = source_fields(source)
            if names and names[0] in values:
                prints[target] = digest([values.get(name) for name in names])
            else:
                prints.pop(target, None)
        return {name: prints[name] for name in prints if name in self.model._fields}


class TwoWayExportMapper(AbstractComponent):
    """Export mapper whose relations are external ids."""

    _name = "generic.two.way.export.mapper"
    _inherit = ["generic.reference.mapper", "base.export.mapper"]

    _reference_class = ExportReference

    def _external_id(self, external_id: Any) -> Any:
        """Return an external id, of a binding, in the type that the backend expects."""
        return external_id

    def _external_set(self, external_ids: list[Any]) -> Any:
        """Return the value of a remote relation to several records."""
        return external_ids

    def finalize(self, map_record: Any, values: dict[str, Any]) -> dict[str, Any]:
        values = super().finalize(map_record, values)
        return {name: value for name, value in values.items() if value is not KEPT}


class ReversedMapper(AbstractComponent):
    """Export mapper that reads the rows of the import mapper from right to left."""

    _name = "generic.reversed.mapper"
    _inherit = "generic.two.way.export.mapper"

    @property
    def direct(self) -> list[tuple[Any, str]]:
        return self._import_mapper.reversed_direct

    @property
    def dependencies(self) -> list[Any]:
        return self._import_mapper.reversed_dependencies

    @property
    def _import_mapper(self) -> Any:
        return self.component(usage="import.mapper")


def _reversed_rows(rows: Iterable[tuple[Any, str]]) -> Iterator[tuple[Any, str]]:
    """Yield the rows from right to left, those that have a reverse."""
    for source, target in rows:
        exported = getattr(source, "exported", None)
        if exported is not None:
            yield exported(target), source.field
        elif isinstance(source, str):
            yield target, source
