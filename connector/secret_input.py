# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Secrets of a backend: they are set by a form, never read, and kept for one server.

The secret itself is in a field that no group may read. A second field, made by
:func:`secret_input`, shows whether there is a secret and takes a new one::

    token = fields.Char(groups=NO_ACCESS, copy=False)
    new_token = secret_input("token", bound_to=["url"], string="Token")

A user who may write the address may not read the secret, so the secret must not be sent
to a new server: when a field of ``bound_to`` changes to another server, the backend
forgets the secret and returns to draft (``models/backend_secrets.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from odoo import api, fields, models

MASK = "********"
#: the fields that identify the server of a secret, where a model has them
DEFAULT_BOUND_TO = ("url", "database")


class Secret(NamedTuple):
    """A secret of a model: its input, its stored field, its server's fields."""

    input_name: str
    secret_field: str
    bound_to: tuple[str, ...]


def secret_input(
    secret_field: str, bound_to: Collection[str] = DEFAULT_BOUND_TO, **attributes: Any
) -> fields.Char:
    """Return a field that shows whether there is a secret, and takes a new one.

    Saving it unchanged or empty keeps the secret.

    :param bound_to: the fields that identify the server of the secret, by default those
        of ``url`` and ``database`` that the model has
    """

    @api.depends(secret_field)
    def show(records: models.BaseModel) -> None:
        for record in records:
            record[field.name] = MASK if record.sudo()[secret_field] else False

    def keep(records: models.BaseModel) -> None:
        for record in records:
            given = record[field.name]
            if is_given(given):
                record.sudo()[secret_field] = given
        records.invalidate_recordset([field.name], flush=False)

    # kept on the function: an extending model gets another field object
    show.secret_field = secret_field
    show.bound_to = tuple(bound_to)
    field = fields.Char(compute=show, inverse=keep, **attributes)
    return field


def is_given(value: Any) -> bool:
    """Return whether the value of such a field is a new secret."""
    return bool(value) and set(value) != set(MASK)


def secrets_of(model: models.BaseModel) -> Iterator[Secret]:
    """Yield the secrets of a model."""
    for name, field in model._fields.items():
        secret_field = getattr(field.compute, "secret_field", None)
        if secret_field:
            bound_to = (each for each in field.compute.bound_to)
            yield Secret(
                name,
                secret_field,
                tuple(each for each in bound_to if each in model._fields),
            )
