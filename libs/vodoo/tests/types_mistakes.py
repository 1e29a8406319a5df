# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deliberate mistakes: mypy and pyright report each line with an ignore comment.

The comment names the expected error for each checker; a comment that suppresses nothing
is an error too. Nothing here is run.
"""

from __future__ import annotations

import httpx2
from vodoo import AsyncOdooClient, OdooClient, OdooConfig
from vodoo.transport import OdooTransport


async def mistakes(
    client: AsyncOdooClient, sync: OdooClient, config: OdooConfig
) -> None:
    await client.search("res.partner", filters=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    sync.search_read("res.partner", field=["name"])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    sync.search_read(domain=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    sync.helpdesk.note(tikcet_id=42, message="Seen")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    sync.helpdesk.note(ticket_id="42", message="Seen")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    sync.helpdesk.note(ticket_id=42)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    sync.helpdesk.get(tikcet_id=42)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    sync.ticketing.list()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    sync.helpdesk.pipeline()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    await sync.search("res.partner")  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]
    await sync.crm.list()  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]
    names: list[str] = sync.search("res.partner")  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    ids: list[int] = await client.create("m", {"a": 1})  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    OdooClient(config, http_client=httpx2.AsyncClient())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AsyncOdooClient(config, http_client=httpx2.Client())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AsyncOdooClient(config, transport=sync.transport)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    OdooTransport("https://x", "d", "u", "p")  # type: ignore[abstract]  # pyright: ignore[reportAbstractUsage]
    print(names, ids)
