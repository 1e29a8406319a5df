# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Invoices, bills and journal entries."""

from __future__ import annotations

from typing import Any

from .records import AsyncRecordNamespace, RecordBase, RecordNamespace


class AccountMovesBase(RecordBase):
    model = "account.move"
    id_name = "move_id"
    list_fields = (
        "id name ref move_type state date invoice_date partner_id company_id "
        "currency_id amount_total"
    ).split()


class AsyncAccountMoves(AccountMovesBase, AsyncRecordNamespace):
    """Work with invoices, bills and journal entries."""


class AccountMoves(AccountMovesBase, RecordNamespace):
    """Work with invoices, bills and journal entries."""


def build_account_move_domain(
    search: str | None = None,
    company: str | None = None,
    company_id: int | None = None,
    partner: str | None = None,
    move_type: str | None = None,
    state: str | None = None,
    year: int | None = None,
) -> list[Any]:
    """Return the domain of moves; ``search`` looks in name and reference."""
    domain: list[Any] = []
    if search:
        domain += ["|", ["name", "ilike", search], ["ref", "ilike", search]]
    conditions: list[Any] = [
        ["company_id.name", "ilike", company],
        ["company_id", "=", company_id],
        ["partner_id.name", "ilike", partner],
        ["move_type", "=", move_type],
        ["state", "=", state],
    ]
    domain += [condition for condition in conditions if condition[2] is not None]
    if year is not None:
        domain += [["date", ">=", f"{year}-01-01"], ["date", "<=", f"{year}-12-31"]]
    return domain
