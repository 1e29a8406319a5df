# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Namespaces of Odoo Enterprise, on a STUB: see ``enterprise_stub``."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from vodoo import HTML, OdooConfig, RecordNotFoundError, RetryConfig
from vodoo_support.enterprise_stub import EnterpriseStub
from vodoo_support.stub_server import KEY, PASSWORD, stub_server

TICKET_FIELDS = {
    "name": "char",
    "description": "html",
    "partner_id": "many2one",
    "stage_id": "many2one",
    "user_id": "many2one",
    "team_id": "many2one",
    "priority": "selection",
    "tag_ids": "many2many",
    "create_date": "datetime",
    "closed": "boolean",
}
LINE_FIELDS = {
    "name": "char",
    "user_id": "many2one",
    "project_id": "many2one",
    "task_id": "many2one",
    "helpdesk_ticket_id": "many2one",
    "unit_amount": "float",
    "timer_start": "datetime",
    "date": "date",
}


def make_stub(version: int) -> EnterpriseStub:
    stub = EnterpriseStub(version)
    stub.add_model("helpdesk.ticket", **TICKET_FIELDS)
    stub.add_model("helpdesk.tag", name="char", color="integer")
    stub.add_model("knowledge.article", name="char", body="html", article_url="char")
    stub.add_model(
        "documents.document",
        name="char",
        folder_id="many2one",
        type="selection",
        datas="binary",
        mimetype="char",
    )
    stub.add_model("account.analytic.line", **LINE_FIELDS)
    stub.add_model("project.task", display_name="char")
    return stub


@pytest.fixture(params=[19, 16], ids=["19", "16"])
def stub(request: pytest.FixtureRequest) -> Iterator[EnterpriseStub]:
    with stub_server(make_stub(request.param)) as server:
        yield server


@pytest.fixture(params=["sync", "async"])
def client(
    request: pytest.FixtureRequest,
    stub: EnterpriseStub,
    make_client: Callable[..., Any],
) -> Any:
    config = OdooConfig(
        url=stub.url,
        database="db",
        username="ada",
        password=KEY if stub.version == 19 else PASSWORD,
        retry=RetryConfig(max_retries=0),
    )
    return make_client(config, request.param)


def test_the_documents_example(client: Any, stub: EnterpriseStub) -> None:
    stub.methods["helpdesk.ticket", "message_post"] = lambda ids, **values: [1]
    ticket = client.helpdesk.create("Broken wheel", tag_ids=[3], partner_id=4)
    assert stub.records["helpdesk.ticket"][ticket]["tag_ids"] == [[6, 0, [3]]]
    assert client.helpdesk.list(limit=5)[0]["name"] == "Broken wheel"
    client.helpdesk.note(ticket_id=ticket, message="Checked via async API")
    _model, _method, ids, values = stub.called[-1]
    assert ids == [ticket]
    assert values["body"] == "<p>Checked via async API</p>"
    assert values["subtype_xmlid"] == "mail.mt_note"
    assert ("body_is_html" in values) is (stub.version == 19)


def test_booleans_of_tickets_stay_booleans(client: Any) -> None:
    ticket = client.helpdesk.create("Broken wheel")
    record = client.helpdesk.get(ticket, ["closed", "partner_id"])
    assert record == {"id": ticket, "closed": False, "partner_id": None}


def test_an_article_has_its_body_as_html_and_an_address(
    client: Any, stub: EnterpriseStub
) -> None:
    article = client.knowledge.create("How to", body="# Read\n- this")
    assert stub.records["knowledge.article"][article]["body"] == (
        "<h1>Read</h1>\n<ul>\n<li>this</li>\n</ul>"
    )
    assert client.knowledge.url(article) == f"{stub.url}/knowledge/article/{article}"
    stub.records["knowledge.article"][article]["article_url"] = "https://x/a"
    assert client.knowledge.url(article_id=article) == "https://x/a"
    raw = client.knowledge.create("Raw", body=HTML("<p>raw</p>"))
    assert stub.records["knowledge.article"][raw]["body"] == "<p>raw</p>"
    with pytest.raises(RecordNotFoundError):
        client.knowledge.url(1)


def test_documents_are_uploaded_into_folders_and_saved(
    client: Any, stub: EnterpriseStub, tmp_path: Path
) -> None:
    if stub.version < 18:
        stub.add_model("documents.folder", name="char", parent_folder_id="many2one")
        folder = stub.add("documents.folder", name="Plans")
    else:
        folder = stub.add("documents.document", name="Plans", type="folder")
    assert client.documents.resolve_folder("Plans") == folder
    with pytest.raises(RecordNotFoundError, match="0 folders are named 'Plan'.*Plans"):
        client.documents.resolve_folder("Plan")
    source = tmp_path / "plan.txt"
    source.write_bytes(b"wheels")
    document = client.documents.upload(source, folder="Plans")
    record = stub.records["documents.document"][document]
    assert base64.b64decode(record["datas"]) == b"wheels"
    assert [d["id"] for d in client.documents.list("Plans")] == [document]
    saved = client.documents.download_file(document, tmp_path)
    assert (saved.name, saved.read_bytes()) == ("plan (2).txt", b"wheels")
    with pytest.raises(RecordNotFoundError):
        client.documents.download_file(folder, tmp_path)
    with pytest.raises(ValueError):
        client.documents.upload()


def actions(stub: EnterpriseStub) -> list[tuple[str, str, list[int]]]:
    return [
        (m, n, ids) for m, n, ids, _values in stub.called if n.startswith("action_")
    ]


def answer_actions(stub: EnterpriseStub, model: str, stopped: Any = None) -> None:
    stub.methods[model, "action_timer_start"] = lambda ids, **kw: True
    stub.methods[model, "action_timer_stop"] = lambda ids, **kw: stopped


def test_a_timer_started_yesterday_is_active_and_stopped(
    client: Any, stub: EnterpriseStub
) -> None:
    yesterday = datetime.datetime.now() - datetime.timedelta(days=1)
    start = yesterday.strftime("%Y-%m-%d %H:%M:%S")
    line = stub.add(
        "account.analytic.line",
        name="oiling",
        user_id=[7, "Ada"],
        project_id=[1, "Engine"],
        task_id=[5, "Wheels"],
        timer_start=start if stub.version == 19 else False,
        date=start[:10],
    )
    if stub.version < 19:
        stub.add_model(
            "timer.timer",
            user_id="many2one",
            timer_start="datetime",
            timer_pause="datetime",
            res_model="char",
            res_id="integer",
        )
        values = {"user_id": [7, "Ada"], "timer_start": start}
        stub.add("timer.timer", **values, res_model="project.task", res_id=5)
        stub.records["project.task"][5] = {"id": 5, "display_name": "Wheels"}
    model, record_id = (
        ("account.analytic.line", line) if stub.version == 19 else ("project.task", 5)
    )
    answer_actions(stub, model)
    (timesheet,) = client.timer.active()
    assert timesheet.is_running
    assert timesheet.task == "Wheels"
    assert [t.task for t in client.timer.stop()] == ["Wheels"]
    assert actions(stub) == [(model, "action_timer_stop", [record_id])]


def test_starting_a_task_gives_a_handle_that_stops_it(
    client: Any, stub: EnterpriseStub
) -> None:
    answer_actions(stub, "project.task")
    handle = client.timer.start_task(5)
    handle.stop()
    assert [(m, n) for m, n, _ids in actions(stub)] == [
        ("project.task", "action_timer_start"),
        ("project.task", "action_timer_stop"),
    ]


def test_a_wizard_that_opens_on_stop_is_confirmed(
    client: Any, stub: EnterpriseStub
) -> None:
    wizard = "helpdesk.ticket.create.timesheet"
    action = {"res_model": wizard, "context": {"default_time_spent": 0.25}}
    stub.add_model(wizard, time_spent="float")
    answer_actions(stub, "helpdesk.ticket", action)
    stub.methods[wizard, "action_generate_timesheet"] = lambda ids, **kw: True
    client.timer.start_ticket(9).stop()
    _model, _method, ids, values = stub.called[-1]
    assert ids == list(stub.records[wizard])
    assert values["context"]["default_time_spent"] == 0.25
    assert values["context"]["active_id"] == 9


def test_a_timesheet_starts_where_its_timer_runs(
    client: Any, stub: EnterpriseStub
) -> None:
    line = stub.add("account.analytic.line", name="x", task_id=[5, "Wheels"])
    model = "account.analytic.line" if stub.version == 19 else "project.task"
    answer_actions(stub, model)
    client.timer.start_timesheet(line)
    client.timer.stop_timesheet(line)
    record_id = line if stub.version == 19 else 5
    assert actions(stub) == [
        (model, "action_timer_start", [record_id]),
        (model, "action_timer_stop", [record_id]),
    ]


def test_fields_that_the_server_does_not_have_are_left_out(
    client: Any, stub: EnterpriseStub
) -> None:
    del stub.fields["account.analytic.line"]["helpdesk_ticket_id"]
    stub.add("account.analytic.line", name="x", user_id=[7, "Ada"], project_id=[1, "E"])
    (timesheet,) = client.timer.list(days=-1)
    assert (timesheet.name, timesheet.project, timesheet.ticket) == ("x", "E", None)
