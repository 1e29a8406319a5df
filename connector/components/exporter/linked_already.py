# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from typing import Any

from odoo import models

from ...binding_links import LinkFields, say_bound
from ...exception import InvalidDataError


def check_is_free(binder: Any, external_id: Any, binding: models.BaseModel) -> None:
    """Check that an external id which a binding is about to get is not another's.

    The database refuses such a link, too, but only after the backend has taken the
    values of one record for the other. An id that the binding has costs no query.

    :raise InvalidDataError: which binding has it
    """
    if str(binder.to_external(binding)) == str(external_id):
        return
    other = binder.to_internal(external_id)
    if not other or other == binding:
        return
    link = LinkFields(binder._backend_field, binder._odoo_field, binder._external_field)
    raise InvalidDataError(
        f"{binding._name} {binding.id} ({binding.display_name}): "
        f"{say_bound(other, str(external_id), link)} ({link.external})"
    )
