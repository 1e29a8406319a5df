# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from odoo.addons.component.core import AbstractComponent
from odoo.addons.connector.components.mapper import Modifier, source_fields
from odoo.addons.connector.components.two_way.fingerprints import fingerprint_of

from .images import RemoteImages, remote_image
from .references import Reference
from .version import Version


class OdooMapper(AbstractComponent):
    """Map records whose relations lead to records of the other side."""

    _name = "odoo.mapper"
    _inherit = "odoo.connector"

    #: what the modifiers that lead to other records are made of
    _reference_class: type[Modifier] = Modifier
    #: references that no row maps, and that must be there first all the same
    dependencies: list[Any] = []

    @property
    def references(self) -> list[Any]:
        """Return what leads to other records: the rows' sources, the dependencies."""
        sources = [source for source, _to in self.direct]
        return [
            *(
                source
                for source in sources
                if isinstance(source, self._reference_class)
            ),
            *self.dependencies,
        ]

    def matcher_for(self, model_name: str):
        """Return who finds records of a model by their natural key."""
        return self.component(usage="record.matcher", model_name=model_name)


class OdooImportMapper(AbstractComponent):
    """Map records of another Odoo, where a many2one is the id of a record there.

    A mapping method says by ``@changed_by`` which fields it reads: only those, and
    the sources of the rows, are asked of the other Odoo.
    """

    _name = "odoo.import.mapper"
    _inherit = ["odoo.mapper", "base.import.mapper"]

    _reference_class = Reference
    #: fields that tell a record on both sides: what has the same values in them, and
    #: is not bound yet, is bound instead of being created a second time
    natural_key: tuple[str, ...] = ()
    #: fields that suggest that two records are the same, where nothing tells for sure:
    #: a person is asked before a first import, see ``first_import`` of the backend
    alike_key: tuple[str, ...] = ()

    #: the rows and the dependencies on their way back
    reversed_direct: list[tuple[Any, str]] = []
    reversed_dependencies: list[Any] = []

    @classmethod
    def _complete_component_build(cls) -> None:
        super()._complete_component_build()
        if isinstance(cls.direct, list | tuple):  # no property
            cls.reversed_direct = list(_reversed_rows(cls.direct))
        cls.reversed_dependencies = [
            reference.exported(reference.field) for reference in cls.dependencies
        ]

    def changed_by_fields(self):
        return super().changed_by_fields() | {
            reference.field for reference in self.dependencies
        }

    def prefetch(self, external_records: Iterable[dict[str, Any]]) -> None:
        """Look up at once what the records refer to by a natural key."""
        records = list(external_records)
        for reference in self.references:
            if not reference.is_binding:
                matcher = self.matcher_for(reference.model_name)
                matcher.prefetch(reference.ids_in(records))
        if images := [s for s, target in self.direct if self._is_image(s, target)]:
            self.images.prefetch(records, images)

    @property
    def images(self) -> RemoteImages:
        """Return the images of the model that the session has read."""
        return self.work.remote.remember(
            ("images", self.model._name),
            lambda: RemoteImages(self.component("backend.adapter").read_images),
        )

    def _is_image(self, source: Any, target: str) -> bool:
        field = self.model._fields.get(target)
        return isinstance(source, str) and field is not None and field.type == "binary"

    def _find_modifier(self, model_fields, source, target):
        if self._is_image(source, target):
            return remote_image(source)
        return super()._find_modifier(model_fields, source, target)

    def remote_fingerprints(self, version: Version) -> dict[str, str]:
        """Return a fingerprint of each local field, of its remote values.

        For the result of a mapping method it is that of the remote field with its name.
        """
        values = version.values
        prints = {name: fingerprint_of([values[name]]) for name in values}
        for source, target, *_model in [*self.direct, *self.children]:
            names = source_fields(source)
            if names and names[0] in values:
                prints[target] = fingerprint_of([values.get(name) for name in names])
            else:
                prints.pop(target, None)
        return {name: prints[name] for name in prints if name in self.model._fields}


def _reversed_rows(rows: Iterable[tuple[Any, str]]) -> Iterator[tuple[Any, str]]:
    """Yield the rows on their way back, those that have one.

    A modifier has one if it has ``exported``, which makes the modifier of the reverse.
    """
    for source, target in rows:
        exported = getattr(source, "exported", None)
        if exported is not None:
            yield exported(target), source.field
        elif isinstance(source, str):
            yield target, source
