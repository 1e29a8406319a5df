# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The field of a form by which a secret is set, and never read.

A secret is given for one server. The field names those that say which one: when one
of them changes, ``connector.backend`` forgets the secret (see
``models/connector_backend_secrets.py``), so that whoever may write an address cannot
send the secret to a server of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from odoo import api, fields, models

MASK = "********"
#: the fields that say which server a secret is for, where a model has them
USUAL_BOUND_TO = ("url", "database")


class Secret(NamedTuple):
    """A secret of a model: where it is stored, how it is set, what it is for."""

    input_name: str
    secret_field: str
    bound_to: tuple[str, ...]


def secret_input(
    secret_field: str, bound_to: Collection[str] = USUAL_BOUND_TO, **attributes: Any
) -> fields.Char:
    """Return a field that tells whether there is a secret, and takes a new one.

    The secret itself is in a field that no group may read::

        token = fields.Char(groups=NO_ACCESS, copy=False)
        new_token = secret_input("token", bound_to=["url"], string="Token")

    Saved as it is shown, or empty, it keeps the secret.

    :param bound_to: the fields that say which server the secret is for, by default
        those of ``url`` and ``database`` that the model has. When one of them comes to
        mean another server, a backend forgets the secret and goes back to draft.
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

    # kept on the function: the field object is made anew where a model extends it
    show.secret_field = secret_field
    show.bound_to = tuple(bound_to)
    field = fields.Char(compute=show, inverse=keep, **attributes)
    return field


def is_given(value: Any) -> bool:
    """Return whether the value of such a field is a new secret."""
    return bool(value) and set(value) != set(MASK)


def secrets_of(model: models.BaseModel) -> Iterator[Secret]:
    """Yield the secrets that a model has such a field for."""
    for name, field in model._fields.items():
        secret_field = getattr(field.compute, "secret_field", None)
        if secret_field:
            bound_to = (each for each in field.compute.bound_to)
            yield Secret(
                name,
                secret_field,
                tuple(each for each in bound_to if each in model._fields),
            )
