# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Correct code for both clients: mypy and pyright accept it in ``./dev lint``.

Nothing here is run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
from typing_extensions import assert_type
from vodoo import AsyncOdooClient, AsyncOdooTransport, OdooClient, OdooConfig
from vodoo.aio.transport import AsyncJSON2Transport
from vodoo.namespaces import AsyncHelpdesk, Helpdesk
from vodoo.transport import JSON2Transport, OdooTransport, RetryConfig

Records = list[dict[str, Any]]

config = OdooConfig(
    url="https://my.odoo.com",
    database="mydb",
    username="bot@example.com",
    password="api-key",
)


async def quick_start() -> None:
    async with AsyncOdooClient(config) as client:
        partners = await client.search_read(
            "res.partner",
            domain=[["is_company", "=", True]],
            fields=["name", "email"],
            limit=10,
        )
        for p in partners:
            print(p["name"])


async def documented() -> None:
    async with AsyncOdooClient(config) as client:
        tickets = await client.helpdesk.list(limit=5)
        leads = await client.crm.list(domain=[["type", "=", "opportunity"]])
        await client.helpdesk.note(ticket_id=42, message="Checked via async API")
        tickets, leads, tasks = await asyncio.gather(
            client.helpdesk.list(limit=10),
            client.crm.list(limit=10),
            client.tasks.list(limit=10),
        )
        assert_type(tickets, Records)
        assert_type(leads, Records)
        assert_type(tasks, Records)
        assert_type(client.transport, AsyncOdooTransport)
        assert_type(client.helpdesk, AsyncHelpdesk)
        assert_type(client.is_json2, bool)
        assert_type(await client.get_uid(), int)
        assert_type(await client.create("res.partner", {"name": "Ada"}), int)
        assert_type(await client.create("res.partner", [{"name": "A"}]), list[int])
        assert_type(await client.helpdesk.note(42, "Seen", markdown=False), bool)
        assert_type(await client.account_moves.url(move_id=42), str)
        assert_type(await client.tasks.set(task_id=42, values={"name": "B"}), bool)
        assert_type(await client.name_search("res.partner", "A"), list[tuple[int, str]])
        async for record in client.search_iter("res.partner", fields=["name"]):
            assert_type(record, dict[str, Any])


def documented_sync() -> None:
    with OdooClient(config) as client:
        assert_type(client.search("res.partner", limit=5), list[int])
        assert_type(client.read("res.partner", [1], ["name"]), Records)
        assert_type(client.create("res.partner", {"name": "Ada"}), int)
        assert_type(client.create("res.partner", [{"name": "A"}]), list[int])
        assert_type(client.write("res.partner", [1], {"name": "B"}), bool)
        assert_type(client.helpdesk.note(ticket_id=42, message="Seen"), bool)
        assert_type(client.crm.comment(42, "Seen", user_id=2), bool)
        assert_type(client.helpdesk.get(ticket_id=42, fields=["name"]), dict[str, Any])
        assert_type(client.helpdesk.get(record_id=42), dict[str, Any])
        assert_type(client.helpdesk.set(ticket_id=42, values={"name": "B"}), bool)
        assert_type(client.helpdesk.attach(ticket_id=42, data=b"x", name="x"), int)
        assert_type(client.tasks.add_tag(task_id=42, tag_id=3), bool)
        assert_type(client.tasks.messages(task_id=42, limit=1), Records)
        assert_type(client.projects.attachments(project_id=42), Records)
        assert_type(client.knowledge.url(article_id=42), str)
        assert_type(client.crm.download(lead_id=42), Sequence[Path])
        assert_type(client.helpdesk, Helpdesk)
        assert_type(client.transport, OdooTransport)
        assert_type(client.uid, int)
        for record in client.search_iter("res.partner"):
            assert_type(record, dict[str, Any])


def transports() -> None:
    json_2 = JSON2Transport("https://x", "d", "u", "k", timeout=30, retry=RetryConfig())
    assert_type(json_2.uid, int)
    OdooClient(config, transport=json_2, auto_detect=False)
    twin = AsyncJSON2Transport("https://x", "d", "u", "k", extra_headers={"X-A": "b"})
    AsyncOdooClient(config, transport=twin)
    AsyncOdooClient(config, http_client=httpx2.AsyncClient())


class Careful(OdooClient):
    def unlink(
        self,
        model: str,
        ids: Any,
        context: Any = None,
        *,
        idempotent: bool = False,
    ) -> bool:
        return super().unlink(model, ids, context, idempotent=idempotent)


class CarefulAsync(AsyncOdooClient):
    async def search(
        self,
        model: str,
        domain: Any = None,
        limit: int | None = None,
        offset: int = 0,
        order: str | None = None,
        context: Any = None,
    ) -> list[int]:
        return await super().search(model, domain, limit, offset, order, context)


class OwnTransport(OdooTransport):
    def authenticate(self) -> int:
        return 1

    def execute_kw(
        self, model: str, method: str, args: Any, kwargs: Any = None
    ) -> object:
        return []
