# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Read by SQL what the invariants are about."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from .invariants import Synchronized, Verdict, judge
from .world import World

PARTNER_COLUMNS = (
    *("name", "is_company", "type", "active", "ref", "vat", "function", "email"),
    *("phone", "website", "street", "street2", "zip", "city", "comment", "color"),
)
TAG_COLUMNS = ("active", "color")
SETTLED = ("done", "failed", "cancelled")


class DatabaseReader:
    """The partners and tags of one database."""

    def __init__(self, world: World, database: str):
        self.query = lambda statement, values=None: world.postgres.query(
            database, statement, values
        )

    def partners(self, after_id: int = 0) -> dict[int, dict[str, Any]]:
        names = ", ".join(f"p.{name}" for name in PARTNER_COLUMNS)
        rows = self.query(
            f"""
            SELECT p.id, {names}, p.parent_id, c.code,
                   array(SELECT category_id FROM res_partner_res_partner_category_rel r
                         WHERE r.partner_id = p.id)
            FROM res_partner p LEFT JOIN res_country c ON c.id = p.country_id
            WHERE p.id > %s
            """,
            (after_id,),
        )
        return {
            record_id: {
                **{n: v or None for n, v in zip(PARTNER_COLUMNS, values, strict=True)},
                "parent_id": parent_id,
                "country": country,
                "category_id": frozenset(tag_ids),
            }
            for record_id, *values, parent_id, country, tag_ids in rows
        }

    def tags(self, after_id: int = 0) -> dict[int, dict[str, Any]]:
        rows = self.query(
            "SELECT id, name->>'en_US', coalesce(color, 0), active, parent_id "
            "FROM res_partner_category WHERE id > %s",
            (after_id,),
        )
        names = ("name", "color", "active", "parent_id")
        return {
            record_id: dict(zip(names, values, strict=True))
            for record_id, *values in rows
        }

    def last_ids(self) -> dict[str, int]:
        """Return the highest id of each model."""
        return {
            model: self.query(f"SELECT coalesce(max(id), 0) FROM {table}")[0][0]
            for model, table in (
                ("res.partner", "res_partner"),
                ("res.partner.category", "res_partner_category"),
            )
        }


def links(world: World, model: str, backend_id: int) -> list[tuple[int, int]]:
    """Return ``(id in the source, id in the target)`` of the bindings."""
    rows = world.target_query(
        f"SELECT external_id, odoo_id FROM odoo_{model.replace('.', '_')} "
        "WHERE backend_id = %s AND external_id IS NOT NULL",
        (backend_id,),
    )
    return [(int(external_id), odoo_id) for external_id, odoo_id in rows]


def check_import(
    world: World, before: Mapping[str, int], excused: Collection[int] = ()
) -> Verdict:
    """Compare all of the source with what is in the target.

    :param before: the highest ids of the target before the first import
    :param excused: partners of the source that rightly did not come
    """
    source = DatabaseReader(world, world.source.database)
    target = DatabaseReader(world, world.target.database)
    partners, tags = source.partners(), source.tags()
    new = {
        "res.partner": target.partners(before["res.partner"]),
        "res.partner.category": target.tags(before["res.partner.category"]),
    }
    verdict = Verdict()
    linked = {
        backend_id: {model: links(world, model, backend_id) for model in new}
        for backend_id in world.backend_ids
    }
    for backend_id in world.backend_ids:
        # What another backend brought is no duplicate of this one's; both may have
        # the same record, where it has a natural key.
        others = {
            model: {
                here
                for other_id, of_model in linked.items()
                if other_id != backend_id
                for _there, here in of_model[model]
            }
            for model in new
        }

        def synchronized(model, leading, relations, **more):
            of_model = linked[backend_id][model]  # noqa: B023
            own = {here for _there, here in of_model}
            following = {
                key: values
                for key, values in new[model].items()
                if key in own or key not in others[model]  # noqa: B023
            }
            return Synchronized(
                model, leading, following, of_model, relations=relations, **more
            )

        verdict = verdict.merge(
            judge(
                [
                    synchronized(
                        "res.partner",
                        partners,
                        {
                            "parent_id": "res.partner",
                            "category_id": "res.partner.category",
                        },
                        excused=excused,
                        deleted=world.deleted_ids,
                    ),
                    synchronized(
                        "res.partner.category",
                        tags,
                        {"parent_id": "res.partner.category"},
                    ),
                ]
            )
        )
    verdict.other += check_cursors(world)
    return verdict


def check_export(
    world: World,
    backend_id: int,
    before_here: Mapping[str, int],
    before_there: Mapping[str, int],
) -> Verdict:
    """Compare what is new in the target with what is new in the source."""
    source = DatabaseReader(world, world.source.database)
    target = DatabaseReader(world, world.target.database)

    def synchronized(model, read, relations):
        return Synchronized(
            model,
            leading=read(target, before_here[model]),
            following=read(source, before_there[model]),
            links=[
                (here, there)
                for there, here in links(world, model, backend_id)
                if here > before_here[model]
            ],
            relations=relations,
        )

    verdict = judge(
        [
            synchronized(
                "res.partner",
                DatabaseReader.partners,
                {"parent_id": "res.partner", "category_id": "res.partner.category"},
            ),
            synchronized(
                "res.partner.category",
                DatabaseReader.tags,
                {"parent_id": "res.partner.category"},
            ),
        ]
    )
    ((receipts,),) = world.target_query("SELECT count(*) FROM connector_export_receipt")
    if receipts:
        verdict.other.append(f"{receipts} export receipts were left")
    return verdict


def check_cursors(world: World) -> list[str]:
    """No cursor lies after the last change that the source has."""
    ((last,),) = world.source_query(
        "SELECT greatest((SELECT max(write_date) FROM res_partner), "
        "(SELECT max(write_date) FROM res_partner_category))::text"
    )
    rows = world.target_query(
        "SELECT model_name, position->>'since' FROM connector_cursor"
    )
    return [
        f"the cursor of {model} is at {since}, beyond the last change {last}"
        for model, since in rows
        if since and since > last
    ]


def check_jobs(world: World, allowed_failures: Collection[str] = ()) -> list[str]:
    """No job is stuck, none failed but for an allowed cause, each run adds up."""
    problems = []
    for uuid, name, state in world.target_query(
        "SELECT uuid, name, state FROM queue_job WHERE state != ALL(%s)",
        (list(SETTLED),),
    ):
        problems.append(f"job {uuid} ({name}) is stuck: {state}")
    for name, exc_name, message in failed_jobs(world):
        cause = f"{exc_name}: {message}"
        if not any(re.search(pattern, cause) for pattern in allowed_failures):
            problems.append(f"job failed: {name}: {cause}")
    for run_id, model, found, settled in world.target_query(
        """
        SELECT r.id, r.model_name, r.found_count,
               coalesce(sum(coalesce(o.created, 0) + coalesce(o.updated, 0)
                            + coalesce(o.unchanged, 0) + coalesce(o.skipped, 0)
                            + coalesce(o.failed, 0)), 0)
        FROM connector_sync_run r LEFT JOIN connector_sync_outcome o ON o.run_id = r.id
        WHERE r.searched GROUP BY r.id
        """
    ):
        if found != settled:
            problems.append(f"run {run_id} of {model} found {found}, settled {settled}")
    return problems


def failed_jobs(world: World) -> list[tuple[str, str, str]]:
    return [
        (name, exc_name or "", (message or "").strip())
        for name, exc_name, message in world.target_query(
            "SELECT name, exc_name, exc_message FROM queue_job WHERE state = 'failed' "
            "ORDER BY id"
        )
    ]
