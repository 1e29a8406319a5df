# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Removal of lines in Odoo that the external record does not list any more.

A map child adds an :class:`.AbsentLine` for each to the commands of its field. The
importer removes these lines once it is certain that the record may be overwritten.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import psycopg2

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.component.core import AbstractComponent

from ..two_way.unconfirmed import find_unconfirmed
from .lines import commands_of, operation_of

_logger = logging.getLogger(__name__)


class AbsentLine(tuple):
    """Command for a line that the external record does not list any more.

    For the ORM it deletes the line. An importer calls ``remove`` instead, which applies
    the policy of the map child, and handles the record that a binding wraps.
    """

    remove: Callable[[], Any]

    def __new__(cls, line_id: int, remove: Callable[[], Any]) -> AbsentLine:
        command = super().__new__(cls, (Command.DELETE, line_id, 0))
        command.remove = remove
        return command


def remove_absent_lines(
    model: models.BaseModel, changes_list: Iterable[dict[str, Any]]
) -> None:
    """Remove the absent lines, and their commands from the changes.

    A line that another record takes over stays.
    """
    changes_list = list(changes_list)
    found = [each for changes in changes_list for each in _iterate(model, changes)]
    absent = [(name, each) for name, each in found if isinstance(each, AbsentLine)]
    if not absent:
        return
    claimed = {
        (name, command[1])
        for name, command in found
        if command[0] in (Command.LINK, Command.UPDATE)
    }
    for name, command in absent:
        if (name, command[1]) not in claimed:
            command.remove()
    for changes in changes_list:
        _drop_absent_lines(model, changes)


def _iterate(
    model: models.BaseModel, changes: dict[str, Any]
) -> Iterator[tuple[str, tuple]]:
    """Yield ``(comodel, command)`` of all commands, nested ones too."""
    for name, commands in commands_of(model, changes):
        comodel = model.env[model._fields[name].comodel_name]
        for command in commands:
            if isinstance(command, tuple):
                yield comodel._name, command
            if operation_of(command) == Command.UPDATE:
                yield from _iterate(comodel, command[2])


def _drop_absent_lines(model: models.BaseModel, changes: dict[str, Any]) -> None:
    """Remove the commands of absent lines, and updates that are empty without them."""
    for name, commands in list(commands_of(model, changes)):
        if not commands:
            continue
        comodel = model.env[model._fields[name].comodel_name]
        for command in commands:
            if operation_of(command) == Command.UPDATE:
                _drop_absent_lines(comodel, command[2])
        changes[name] = [
            command
            for command in commands
            if not isinstance(command, AbsentLine)
            and not (operation_of(command) == Command.UPDATE and not command[2])
        ]
        if not changes[name]:
            del changes[name]


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
