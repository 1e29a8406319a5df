# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Removal of lines in Odoo that the external record does not list any more.

A map child adds an :class:`.AbsentLine` for each to the commands of its field. The
importer removes these lines once it is certain that the record may be overwritten.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

import psycopg2

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.component.core import AbstractComponent

from ..two_way.unconfirmed import find_unconfirmed
from .lines import AbsentLine

_logger = logging.getLogger(__name__)


def owns_lines(parent: models.BaseModel, name: str) -> bool:
    """Return whether the lines of a field need their parent."""
    field = parent._fields[name]
    if field.type != "one2many" or not field.inverse_name:
        return False
    inverse = parent.env[field.comodel_name]._fields[field.inverse_name]
    is_owner = inverse.type == "many2one"
    return is_owner and bool(inverse.required or inverse.ondelete == "cascade")


def find_record_deleter(component: AbstractComponent, policy: str) -> AbstractComponent:
    """Return the deleter of a component's model, or the generic one, with a policy."""
    if component.many_components(usage="record.deleter"):
        deleter = component.component(usage="record.deleter")
    else:
        deleter = component.component_by_name("generic.record.deleter")
    deleter._policy = policy
    return deleter


def absent_line(
    component: AbstractComponent, line: models.BaseModel, external_id: Any, policy: str
) -> AbsentLine:
    """Return the command that removes a line.

    :param component: any component of the model of the line's binding
    """
    return AbsentLine(line.id, partial(_remove, component, external_id, policy))


def _remove(component: AbstractComponent, external_id: Any, policy: str) -> None:
    """Remove a line; only unbind it if it has an edit, or if Odoo refuses."""
    if policy == "delete":
        reason = _delete(component, external_id)
        if reason is None:
            return
        _logger.warning(
            "%s %s of %s is not listed any more; it stays, without its binding: %s",
            component.model._name,
            external_id,
            component.backend_record.display_name,
            reason,
        )
    find_record_deleter(component, "unbind").run(external_id)


def _delete(component: AbstractComponent, external_id: Any) -> str | None:
    """Delete a line with its record; return the reason if that is not possible."""
    binding = component.binder_for().to_internal(external_id)
    if binding and find_unconfirmed(component.work, binding).get(binding.id):
        return "it was edited in Odoo, and the edit is not exported yet"
    deleter = find_record_deleter(component, "delete")
    try:
        with component.env.cr.savepoint():
            deleter.run(external_id)
    except (UserError, psycopg2.IntegrityError) as error:
        return f"Odoo refuses to delete it: {error}"
    return None
