# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Read by SQL what the invariants are about."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from .invariants import Link, Synchronized, Verdict, judge
from .world import World

PARTNER_COLUMNS = (
    *("name", "is_company", "type", "active", "ref", "vat", "function", "email"),
    *("phone", "website", "street", "street2", "zip", "city", "comment", "color"),
)
TAG_COLUMNS = ("active", "color")
#: compared relations: field → model
RELATIONS = {
    "res.partner": {
        "parent_id": "res.partner",
        "category_id": "res.partner.category",
    },
    "res.partner.category": {"parent_id": "res.partner.category"},
}
Links = list[Link]
SETTLED = ("done", "failed", "cancelled")


class DatabaseReader:
    """The partners and tags of one database."""

    def __init__(self, world: World, database: str):
        self.query = lambda statement, values=None: world.postgres.query(
            database, statement, values
        )

    def records(self, model: str, after_id: int = 0) -> dict[int, dict[str, Any]]:
        """Return the records of a model with higher ids than this one."""
        read = {"res.partner": self.partners, "res.partner.category": self.tags}
        return read[model](after_id)

    def partners(self, after_id: int) -> dict[int, dict[str, Any]]:
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

    def tags(self, after_id: int) -> dict[int, dict[str, Any]]:
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
            model: self.query(
                f"SELECT coalesce(max(id), 0) FROM {model.replace('.', '_')}"
            )[0][0]
            for model in RELATIONS
        }


def links(world: World, model: str, backend_id: int) -> Links:
    """Return which records the bindings of a backend link."""
    rows = world.target_query(
        f"SELECT external_id, odoo_id FROM odoo_{model.replace('.', '_')} "
        "WHERE backend_id = %s AND external_id IS NOT NULL",
        (backend_id,),
    )
    return [(int(external_id), odoo_id) for external_id, odoo_id in rows]


def check_import(
    world: World, before: Mapping[str, int], excused: Collection[int] = ()
) -> Verdict:
    """Compare all records of the source with the target.

    :param before: the highest ids of the target before the first import
    :param excused: partners of the source that are not imported on purpose
    """
    source = DatabaseReader(world, world.source.database)
    target = DatabaseReader(world, world.target.database)
    there = {model: source.records(model) for model in RELATIONS}
    new = {model: target.records(model, before[model]) for model in RELATIONS}
    linked = {
        backend_id: {model: links(world, model, backend_id) for model in RELATIONS}
        for backend_id in world.backend_ids
    }
    of_partners = {"excused": excused, "deleted": world.deleted_ids}
    verdict = Verdict()
    for backend_id, of_backend in linked.items():
        of_others = [other for key, other in linked.items() if key != backend_id]
        synchronized = [
            Synchronized(
                model,
                leading=there[model],
                following=without_others(
                    new[model],
                    of_backend[model],
                    [link for other in of_others for link in other[model]],
                ),
                links=of_backend[model],
                relations=relations,
                **(of_partners if model == "res.partner" else {}),
            )
            for model, relations in RELATIONS.items()
        ]
        verdict = verdict.merge(judge(synchronized))
    verdict.other += check_cursors(world)
    return verdict


def without_others(
    records: Mapping[int, dict[str, Any]], own: Links, of_others: Links
) -> dict[int, dict[str, Any]]:
    """Ignore records of another backend, which are not duplicates.

    Both backends may have the same record, if it has a natural key.
    """
    left_out = {here for _, here in of_others} - {here for _, here in own}
    return {key: values for key, values in records.items() if key not in left_out}


def check_export(
    world: World,
    backend_id: int,
    before_here: Mapping[str, int],
    before_there: Mapping[str, int],
) -> Verdict:
    """Compare the new records of the target with those of the source."""
    source = DatabaseReader(world, world.source.database)
    target = DatabaseReader(world, world.target.database)
    synchronized = [
        Synchronized(
            model,
            leading=target.records(model, before_here[model]),
            following=source.records(model, before_there[model]),
            links=[
                (here, there)
                for there, here in links(world, model, backend_id)
                if here > before_here[model]
            ],
            relations=relations,
        )
        for model, relations in RELATIONS.items()
    ]
    verdict = judge(synchronized)
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
        WHERE r.searched AND r.day IS NULL GROUP BY r.id
        """
    ):
        if found != settled:
            problems.append(f"run {run_id} of {model} found {found}, settled {settled}")
    return problems + check_errors(world)


def check_errors(world: World) -> list[str]:
    """Each failed job has an error that is not resolved, and each error such a job."""
    of_job = """
        FROM queue_job j JOIN connector_sync_error e
        ON e.backend_model = j.sync_backend_model AND e.backend_id = j.sync_backend_id
        AND e.subject IN (j.sync_subject, j.sync_behind)
        WHERE j.state = 'failed' AND e.state != 'resolved'
    """
    errors = world.target_query(
        "SELECT subject, state, reason FROM connector_sync_error"
        f" WHERE state != 'resolved' AND id NOT IN (SELECT e.id {of_job})"
    )
    without_error = world.target_query(
        "SELECT name FROM queue_job WHERE state = 'failed'"
        f" AND sync_subject IS NOT NULL AND id NOT IN (SELECT j.id {of_job})"
    )
    return [
        *(f"error of {what} is {state}: {why}" for what, state, why in errors),
        *(f"job failed without an error: {name}" for (name,) in without_error),
    ]


def count_errors(world: World) -> int:
    """Return how many errors are not resolved now."""
    ((count,),) = world.target_query(
        "SELECT count(*) FROM connector_sync_error WHERE state != 'resolved'"
    )
    return count


def failed_jobs(world: World) -> list[tuple[str, str, str]]:
    return [
        (name, exc_name or "", (message or "").strip())
        for name, exc_name, message in world.target_query(
            "SELECT name, exc_name, exc_message FROM queue_job WHERE state = 'failed' "
            "ORDER BY id"
        )
    ]
