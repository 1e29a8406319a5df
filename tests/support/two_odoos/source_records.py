# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""More contacts for the source than Odoo's demo data has."""

from __future__ import annotations

import vodoo

REF_PREFIX = "DEMO-"
COMPANY_SIZE = 10
CHUNK = 1000


def partner_values(number: int, country_id: int, category_id: int) -> dict:
    """Return the values of the extra contact with this number."""
    return {
        "name": f"Contact {number}",
        "ref": f"{REF_PREFIX}{number:07d}",
        "email": f"contact.{number}@example.com",
        "phone": f"+32 2 {number:07d}",
        "street": f"Example Street {number % 100 + 1}",
        "zip": f"{1000 + number % 9000}",
        "city": "Brussels",
        "country_id": country_id,
        "is_company": number % COMPANY_SIZE == 0,
        "category_id": [(6, 0, [category_id])],
    }


def ensure_extra_partners(client: vodoo.OdooClient, wanted: int) -> None:
    """Have at least so many extra contacts, each tenth the company of nine others."""
    domain = [("ref", "=like", f"{REF_PREFIX}%")]
    existing = client.execute("res.partner", "search_count", domain)
    if existing >= wanted:
        return
    (country_id,) = client.execute(
        "res.country", "search", [("code", "=", "BE")], limit=1
    )
    (category_id,) = client.execute("res.partner.category", "search", [], limit=1)
    for start in range(existing, wanted, CHUNK):
        numbers = range(start, min(start + CHUNK, wanted))
        create(client, numbers, country_id, category_id)


def create(
    client: vodoo.OdooClient, numbers: range, country_id: int, category_id: int
) -> None:
    """Create the companies first, because the other records refer to them."""
    values = {
        number: partner_values(number, country_id, category_id) for number in numbers
    }
    companies = [number for number in numbers if number % COMPANY_SIZE == 0]
    company_ids = client.execute(
        "res.partner", "create", [values[number] for number in companies]
    )
    id_by_number = dict(zip(companies, company_ids, strict=True))
    people = []
    for number in numbers:
        if number % COMPANY_SIZE:
            company = number - number % COMPANY_SIZE
            people.append({**values[number], "parent_id": id_by_number.get(company)})
    client.execute("res.partner", "create", people)
