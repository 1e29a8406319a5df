# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The company that a backend belongs to, where its model has a field for it."""

from __future__ import annotations

from odoo import models


def company_of(backend: models.BaseModel) -> models.BaseModel:
    """Return the company of a backend, an empty one if it is for all of them."""
    if "company_id" in backend._fields:
        return backend.company_id
    return backend.env["res.company"]


def in_own_company(backend: models.BaseModel) -> models.BaseModel:
    """Return the backend in the environment of its company.

    What is delayed from there runs, and is seen, in that company.
    """
    return backend.with_company(company_of(backend))
