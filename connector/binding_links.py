# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The fields of a binding model that make up its link, as its binder defines them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, NamedTuple

from odoo import models

from odoo.addons.component.core import WorkContext
from odoo.addons.component.exception import ComponentException

from .exception import InvalidDataError

_logger = logging.getLogger(__name__)


class LinkFields(NamedTuple):
    """The names of the fields of a link."""

    backend: str = "backend_id"
    record: str = "odoo_id"
    external: str = "external_id"


def bound_message(
    binding: models.BaseModel, external_id: str, link: LinkFields | None = None
) -> str:
    """Return a sentence that names the record to which an external id is bound.

    :param external_id: the binding's, or that of a record that was merged into it
    """
    link = link or LinkFields()
    record = binding[link.record] if link.record in binding._fields else binding
    return binding.env._(
        "%(backend)s: external id %(external_id)s is bound to %(record)s "
        "(%(model)s %(id)s) already. Delete that binding, or give one of the "
        "two another external id or record.",
        backend=binding[link.backend].display_name,
        external_id=external_id,
        record=record.display_name,
        model=binding._name,
        id=binding.id,
    )


def check_is_free(binder: Any, external_id: Any, binding: models.BaseModel) -> None:
    """Check that no other binding has the external id that a binding is to get.

    The database refuses such a binding, too, but only after the values of one record
    were sent to the external record of another.

    :raise InvalidDataError: names the other binding
    """
    if str(binder.to_external(binding)) == str(external_id):
        return
    other = binder.to_internal(external_id)
    if not other or other == binding:
        return
    link = LinkFields(binder._backend_field, binder._odoo_field, binder._external_field)
    raise InvalidDataError(
        f"{binding._name} {binding.id} ({binding.display_name}): "
        f"{bound_message(other, str(external_id), link)} ({link.external})"
    )


def find_link_fields(model: models.BaseModel) -> LinkFields | None:
    """Return the fields of a binding model's link, None if it has none.

    The binder is looked up without a backend; if that fails, the names are the default
    names of binders.
    """
    link = LinkFields()
    field = model._fields.get(link.backend)
    if field is not None and field.comodel_name in model.env:
        try:
            backends = model.env[field.comodel_name].sudo().browse()
            binder = WorkContext(model._name, backends).component(usage="binder")
            link = LinkFields(
                binder._backend_field, binder._odoo_field, binder._external_field
            )
        except (ComponentException, AttributeError) as error:
            _logger.debug("%s: its binder was not asked", model._name, exc_info=error)
    return link if {*link} <= model._fields.keys() else None


def find_binding_models(
    record_model: models.BaseModel,
) -> Iterator[tuple[models.BaseModel, LinkFields]]:
    """Yield the binding models that wrap a model, and the fields of their link."""
    env = record_model.env
    for name in env.registry.descendants(["external.binding"], "_inherit"):
        model = env[name].sudo().with_context(active_test=False)
        link = None if model._abstract else find_link_fields(model)
        if link and model._fields[link.record].comodel_name == record_model._name:
            yield model, link
