# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lines in Odoo that the external record does not list any more.

A map child adds an :class:`AbsentLine` for each to the commands of its field. The
importer removes these lines once it is known that the record may be overwritten.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import psycopg2

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.component.core import AbstractComponent

from ..two_way.unconfirmed import find_unconfirmed
from .line_commands import operation_of

_logger = logging.getLogger(__name__)


class AbsentLine(tuple):
    """Command for a line that the backend does not have any more.

    To the ORM it is the command that deletes the line. An importer calls ``remove``
    instead, which knows the policy, and the record that a binding wraps.
    """

    remove: Callable[[], Any]

    def __new__(cls, line_id: int, remove: Callable[[], Any]) -> AbsentLine:
        command = super().__new__(cls, (Command.DELETE, line_id, 0))
        command.remove = remove
        return command


def owns_lines(parent: models.BaseModel, name: str) -> bool:
    """Return whether the lines of a field cannot be without their parent."""
    field = parent._fields[name]
    if field.type != "one2many" or not field.inverse_name:
        return False
    inverse = parent.env[field.comodel_name]._fields[field.inverse_name]
    if inverse.type != "many2one":
        return False
    return bool(inverse.required or inverse.ondelete == "cascade")


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

    :param component: any that works on the model of the line's binding
    """
    return AbsentLine(line.id, partial(_remove, component, external_id, policy))


def _remove(component: AbstractComponent, external_id: Any, policy: str) -> None:
    """Remove a line; where that would lose an edit, or Odoo refuses, only unbind it."""
    reason = None
    if policy == "delete":
        reason = _find_edit(component, external_id) or _delete(component, external_id)
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


def _find_edit(component: AbstractComponent, external_id: Any) -> str | None:
    """Return why a line must not be deleted: its edits are not exported yet."""
    binding = component.binder_for().to_internal(external_id)
    if binding and find_unconfirmed(component.work, binding).get(binding.id):
        return "it was edited in Odoo, and the edit is not exported yet"
    return None


def _delete(component: AbstractComponent, external_id: Any) -> str | None:
    """Delete a line with its record; return why Odoo refuses it, if it does."""
    deleter = find_record_deleter(component, "delete")
    try:
        with component.env.cr.savepoint():
            deleter.run(external_id)
    except (UserError, psycopg2.IntegrityError) as error:
        return f"Odoo refuses to delete it: {error}"
    return None


def settle_absent_lines(
    model: models.BaseModel, changes_list: Iterable[dict[str, Any]]
) -> None:
    """Remove the absent lines, and take their commands out of the changes.

    A line that another record takes over stays.
    """
    changes_list = list(changes_list)
    if not any(_walk(model, changes, AbsentLine) for changes in changes_list):
        return
    claimed = {
        (comodel, command[1])
        for changes in changes_list
        for comodel, command in _walk(model, changes, tuple)
        if command[0] in (Command.LINK, Command.UPDATE)
    }
    for changes in changes_list:
        for comodel, command in _walk(model, changes, AbsentLine):
            if (comodel, command[1]) not in claimed:
                command.remove()
        _drop_absent_lines(changes)


def _walk(
    model: models.BaseModel, changes: dict[str, Any], kind: type
) -> list[tuple[str, Any]]:
    """Return ``(comodel, command)`` of the commands of a class, nested ones too."""
    found = []
    for name, value in changes.items():
        field = model._fields.get(name)
        if field is None or field.type not in ("one2many", "many2many"):
            continue
        comodel = model.env[field.comodel_name]
        for command in value:
            if isinstance(command, kind):
                found.append((comodel._name, command))
            if operation_of(command) == Command.UPDATE:
                found += _walk(comodel, command[2], kind)
    return found


def _drop_absent_lines(changes: dict[str, Any]) -> None:
    for name, value in list(changes.items()):
        if not (isinstance(value, list) and value and isinstance(value[0], tuple)):
            continue
        for command in value:
            if command[0] == Command.UPDATE:
                _drop_absent_lines(command[2])
        changes[name] = [
            command
            for command in value
            if not isinstance(command, AbsentLine)
            and not (command[0] == Command.UPDATE and not command[2])
        ]
        if not changes[name]:
            del changes[name]
