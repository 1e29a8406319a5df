# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The partners of the source, which all sides import."""

from __future__ import annotations

from collections.abc import Iterator

from devtools.environment import Environment
from devtools.odoo_server import run_in_shell
from devtools.progress import step
from two_odoos.databases import SourceDatabase

REF_PREFIX = "BENCH-"
#: each tenth partner is the company of the nine that follow
COMPANY_SIZE = 10
BATCH = 1000
#: fifteen fields; tags and parents besides
FIELDS = (
    *("name", "is_company", "type", "ref", "function", "email", "phone", "website"),
    *("street", "street2", "zip", "city", "comment", "color", "country_id"),
)
MAKE = """
import os

first, count = int(os.environ["FIRST"]), int(os.environ["COUNT"])
batch, size = int(os.environ["BATCH"]), int(os.environ["COMPANY_SIZE"])
partners = env["res.partner"].with_context(tracking_disable=True)
tags = env["res.partner.category"]
tags = tags.search([("name", "=like", "Bench tag %")], order="id") or tags.create(
    [{"name": f"Bench tag {number:02d}"} for number in range(20)]
)
country = env.ref("base.be")


def values(number, **more):
    company = number - number % size
    return {
        "name": f"Partner {number}",
        "is_company": number == company,
        "type": "contact",
        "ref": f"BENCH-{number:07d}",
        "function": f"Function {number % 50}",
        "email": f"partner.{number}@example.com",
        "phone": f"+32 2 {number:07d}",
        "website": f"https://www.example.com/{number}",
        "street": f"Street {company}",
        "street2": f"Floor {company % 9}",
        "zip": f"{1000 + company % 9000}",
        "city": "Brussels",
        "comment": f"<p>Note {number}</p>",
        "color": number % 11,
        "country_id": country.id,
        "category_id": [(6, 0, [tags[number % 20].id, tags[(number + 7) % 20].id])],
        **more,
    }


for start in range(first, first + count, batch):
    numbers = range(start, min(start + batch, first + count))
    heads = [number for number in numbers if number % size == 0]
    companies = partners.create([values(number) for number in heads])
    company_ids = dict(zip(heads, companies.ids))
    partners.create(
        [
            values(number, parent_id=company_ids[number - number % size])
            for number in numbers
            if number % size
        ]
    )
    env.cr.commit()
    env.invalidate_all()
"""


def ensure_partners(
    environment: Environment, source: SourceDatabase, wanted: int
) -> None:
    """Create the missing partners 0 to ``wanted`` in the source."""
    ((existing,),) = source.databases.query(
        source.name,
        "SELECT count(*) FROM res_partner WHERE starts_with(ref, %s)",
        (REF_PREFIX,),
    )
    first = existing - existing % BATCH
    if first < existing:
        raise RuntimeError(f"{source.name} has half a batch: {existing} partners.")
    count = -(-max(wanted - existing, 0) // BATCH) * BATCH
    if count:
        with step(f"{count} more partners in the source"):
            run_in_shell(
                environment,
                source.name,
                MAKE,
                FIRST=str(first),
                COUNT=str(count),
                BATCH=str(BATCH),
                COMPANY_SIZE=str(COMPANY_SIZE),
            )


def domain(first: int, count: int) -> list:
    """Return the domain of the partners ``first`` to ``first + count``."""
    return [
        ("ref", ">=", f"{REF_PREFIX}{first:07d}"),
        ("ref", "<", f"{REF_PREFIX}{first + count:07d}"),
    ]


def batches(first: int, count: int) -> Iterator[tuple[int, int]]:
    """Yield ``(first, count)`` of each batch of at most a thousand partners."""
    for start in range(first, first + count, BATCH):
        yield start, min(BATCH, first + count - start)
