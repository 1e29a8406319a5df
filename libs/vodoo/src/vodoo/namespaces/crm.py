# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Leads and opportunities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._runners.sync import blocking
from .._values import Record, Records
from .records import AsyncRecordNamespace, RecordBase, RecordNamespace


class CRMBase(RecordBase):
    model = "crm.lead"
    id_name = "lead_id"
    tag_model = "crm.tag"
    list_fields = (
        "id name partner_id stage_id user_id team_id expected_revenue "
        "probability type priority tag_ids create_date"
    ).split()

    async def _stages(self, team_id: int | None) -> Records:
        domain = []
        if team_id is not None:
            name = await self._team_field()
            domain = ["|", [name, "=", False], [name, "in", [team_id]]]
        fields = ["id", "name", "sequence", "fold", "is_won", "team_id", "team_ids"]
        return await self._search_existing(
            "crm.stage", domain, fields, order="sequence, id"
        )

    async def _team_field(self) -> str:
        """Return ``team_ids`` (Odoo 19) or ``team_id``."""
        known = await self._fields_get("crm.stage", ["team_ids", "team_id"], ["type"])
        return "team_ids" if "team_ids" in known else "team_id"


class AsyncCRM(CRMBase, AsyncRecordNamespace):
    """Work with leads and opportunities."""

    async def create(
        self,
        /,
        name: str,
        *,
        partner_id: int | None = None,
        expected_revenue: float | None = None,
        stage_id: int | None = None,
        user_id: int | None = None,
        team_id: int | None = None,
        tag_ids: Sequence[int] | None = None,
        lead_type: str = "opportunity",
        **extra: Any,
    ) -> int:
        """Create an opportunity, or with ``lead_type="lead"`` a lead."""
        values = {
            "name": name,
            "type": lead_type,
            "partner_id": partner_id,
            "expected_revenue": expected_revenue,
            "stage_id": stage_id,
            "user_id": user_id,
            "team_id": team_id,
            "tag_ids": tag_ids,
            **extra,
        }
        return await self._create_record(values)

    async def stages(self, *, team_id: int | None = None) -> Records:
        """Return the stages in order; with a team, its own and those of all teams."""
        return await self._stages(team_id)

    async def pipeline(
        self, *, team: int | str | None = None, user: int | str | None = None
    ) -> Record:
        """Return count and revenue of the open opportunities in each stage.

        Team and user are given by id or by a part of the name. The shape:
        ``{"stages": [{id, name, sequence, count, expected_revenue, weighted_revenue}],
        "count", "expected_revenue", "weighted_revenue"}``.
        """
        domain: list[Any] = [["type", "=", "opportunity"]]
        for field, wanted in (("team_id", team), ("user_id", user)):
            if isinstance(wanted, int):
                domain.append([field, "=", wanted])
            elif wanted:
                domain.append([f"{field}.name", "ilike", wanted])
        fields = ["stage_id", "expected_revenue", "probability"]
        leads = await self._search_read(self.model, domain, fields, limit=0)
        stages = await self._stages(team if isinstance(team, int) else None)
        return pipeline_of(leads, stages)


class CRM(CRMBase, RecordNamespace):
    """Work with leads and opportunities."""

    create = blocking(AsyncCRM.create)
    stages = blocking(AsyncCRM.stages)
    pipeline = blocking(AsyncCRM.pipeline)


def pipeline_of(leads: Records, stages: Records) -> Record:
    """Add opportunities up by stage."""
    zero = {"count": 0, "expected_revenue": 0.0, "weighted_revenue": 0.0}
    rows: dict[int | None, Record] = {
        stage["id"]: {name: stage[name] for name in ("id", "name", "sequence")} | zero
        for stage in stages
    }
    for lead in leads:
        stage_id, stage_name = lead["stage_id"] or (None, None)
        unknown = {"id": stage_id, "name": stage_name, "sequence": None, **zero}
        row = rows.setdefault(stage_id, unknown)
        revenue = lead["expected_revenue"] or 0.0
        row["count"] += 1
        row["expected_revenue"] += revenue
        row["weighted_revenue"] += revenue * (lead["probability"] or 0.0) / 100
    totals = {name: sum(row[name] for row in rows.values()) for name in zero}
    return {"stages": [*rows.values()], **totals}
