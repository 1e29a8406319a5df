# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The company that a backend belongs to, where its model has a field for it."""

from __future__ import annotations

from odoo import models


def company_of(backend: models.BaseModel) -> models.BaseModel:
    """Return the company of a backend, an empty one if it is for all of them."""
    if "company_id" in backend._fields:
        return backend.company_id
    return backend.env["res.company"]


def check_company_is_allowed(records: models.BaseModel) -> None:
    """Refuse that a user gives records to a company that is not one of the user's.

    Odoo asks the record rules before it writes, not for what they became.

    :raise odoo.exceptions.AccessError: naming the rule
    """
    company_ids = records.env.user.company_ids.ids
    records.with_context(allowed_company_ids=company_ids).check_access("write")


def in_own_company(backend: models.BaseModel) -> models.BaseModel:
    """Return the backend in the environment of its company.

    What is delayed from there runs, and is seen, in that company.
    """
    return backend.with_company(company_of(backend))


def as_own_user(backend: models.BaseModel) -> models.BaseModel:
    """Return the backend in the environment and with the rights of its user.

    For what no person started: a schedule, a webhook. What is delayed from there runs
    as that user, and so does all that these jobs delay.
    """
    user = backend.sudo().user_id
    companies = company_of(backend.sudo()) or user.company_id | user.company_ids
    return backend.with_user(user).with_context(allowed_company_ids=companies.ids)
