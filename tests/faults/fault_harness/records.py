# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Partners to synchronize, which share parents and tags, and edits of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

Call = Callable[..., Any]

REF_PREFIX = "DEMO-"
TAG_COUNT = 12
COMPANY_SIZE = 10
CHUNK = 500
#: each makes a job where it is exported, and a request has its limit of time
EDITED_AT_ONCE = 100
EDITABLE = ("city", "phone", "street", "function", "email")


def partner_values(number: int, tag_ids: list[int]) -> dict[str, Any]:
    """Return the values of the partner with this number, without its parent."""
    return {
        "name": f"Contact {number}",
        "ref": f"{REF_PREFIX}{number:06d}",
        "email": f"contact.{number}@example.com",
        "phone": f"+32 2 {number:06d}",
        "street": f"Example Street {number % 100 + 1}",
        "zip": f"{1000 + number % 9000}",
        "city": "Brussels",
        "is_company": number % COMPANY_SIZE == 0,
        "category_id": [(6, 0, sorted({tag_ids[number % 12], tag_ids[number % 7]}))],
    }


def make_partners(call: Call, count: int, first: int = 0) -> list[int]:
    """Create partners: each tenth is the company of the nine after it."""
    tags = [{"name": f"Tag {number} of {first}"} for number in range(TAG_COUNT)]
    tag_ids = call("res.partner.category", "create", tags)
    ids: list[int] = []
    for start in range(first, first + count, CHUNK):
        numbers = range(start, min(start + CHUNK, first + count))
        companies = [n for n in numbers if n % COMPANY_SIZE == 0]
        company_ids = call(
            "res.partner", "create", [partner_values(n, tag_ids) for n in companies]
        )
        by_number = dict(zip(companies, company_ids, strict=True))
        people = [
            {
                **partner_values(n, tag_ids),
                "parent_id": by_number.get(n - n % COMPANY_SIZE, False),
            }
            for n in numbers
            if n % COMPANY_SIZE
        ]
        ids += company_ids + call("res.partner", "create", people)
    return ids


def edit_partners(call: Call, ids: list[int], chance: random.Random, mark: str) -> None:
    """Write another value in some field of each partner, as many people would."""
    groups: dict[str, list[int]] = {}
    for partner_id in ids:
        groups.setdefault(chance.choice(EDITABLE), []).append(partner_id)
    for name, partner_ids in groups.items():
        for start in range(0, len(partner_ids), EDITED_AT_ONCE):
            part = partner_ids[start : start + EDITED_AT_ONCE]
            call("res.partner", "write", part, {name: f"{name} {mark}"})
