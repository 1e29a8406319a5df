# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odoo.fields import Command

from odoo.addons.connector.api import AbstractComponent, Component

from .images import RemoteImages, local_image, remote_image


class OdooImportMapper(AbstractComponent):
    """Map records of another Odoo; each model has one.

    A mapping method names the fields that it reads in ``@changed_by``: only these and
    the sources of the rows are read.
    """

    _name = "odoo.import.mapper"
    _inherit = ["odoo.connector", "generic.two.way.import.mapper"]

    def prefetch(self, external_records):
        records = list(external_records)
        super().prefetch(records)
        fields = self.model._fields
        if images := [s for s, target in self.direct if is_image(fields, s, target)]:
            self.images.prefetch(records, images)

    @property
    def images(self) -> RemoteImages:
        """Return the images of the model that the session has read."""
        return self.work.remote.remember(
            ("images", self.model._name),
            lambda: RemoteImages(self.component("backend.adapter").read_images),
        )

    def _find_modifier(self, model_fields, source, target):
        if is_image(model_fields, source, target):
            return remote_image(source)
        return super()._find_modifier(model_fields, source, target)


def is_image(model_fields: Mapping[str, Any], source: Any, target: str) -> bool:
    """Return whether a row maps a remote image to a field of the model."""
    field = model_fields.get(target)
    return isinstance(source, str) and field is not None and field.type == "binary"


class OdooReversedMapper(Component):
    """Map records for another Odoo by the rows of their import mapper.

    A model needs a separate export mapper only for fields without a plain row; it
    inherits this one.
    """

    _name = "odoo.reversed.mapper"
    _inherit = ["odoo.connector", "generic.reversed.mapper"]

    def _external_id(self, external_id):
        return int(external_id)

    def _external_set(self, external_ids):
        return [Command.set(external_ids)]

    def _find_modifier(self, model_fields, source, target):
        field = model_fields.get(source)
        if field is not None and field.type == "binary":
            return local_image(source)
        return super()._find_modifier(model_fields, source, target)
