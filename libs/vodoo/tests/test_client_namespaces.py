# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from vodoo import (
    AuthenticationError,
    Markdown,
    OdooClient,
    RecordNotFoundError,
    UnknownModelError,
)
from vodoo.namespaces import build_account_move_domain
from vodoo_support.clients import config_for, ways
from vodoo_support.odoo_server import OdooServer


# the namespaces call the methods whose wires test_client_behaviour.py has
@pytest.fixture(
    scope="module",
    params=ways(("sync", "json2"), ("async", "legacy")),
    ids="-".join,
)
def client(
    request: pytest.FixtureRequest,
    any_odoo: OdooServer,
    client_on: Callable[[OdooServer, str, str], Any],
) -> Any:
    """A client on the real server, in each mode and over each kind of wire."""
    return client_on(any_odoo, *request.param)


@pytest.fixture
def task(client: Any) -> int:
    project_id = client.generic.create("project.project", {"name": "Engine"})
    return client.tasks.create("Punch cards", project_id, "**bold** plan")


@pytest.fixture
def lead(client: Any) -> int:
    return client.crm.create(f"Engine {secrets.token_hex(3)}", expected_revenue=1000)


def message_of(client: Any, model: str, record_id: int) -> dict[str, Any]:
    domain = [["model", "=", model], ["res_id", "=", record_id]]
    fields = ["body", "subtype_id", "author_id", "message_type"]
    return client.search_read("mail.message", domain, fields, 1, order="id desc")[0]


def test_list_and_get(client: Any, lead: int) -> None:
    assert client.crm.list(limit=1, order="id desc")[0]["id"] == lead
    (record,) = client.crm.list([["id", "=", lead]], fields=["name"])
    assert set(record) == {"id", "name"}
    assert client.crm.get(lead)["expected_revenue"] == 1000
    assert client.crm.get(lead, ["type"]) == {"id": lead, "type": "opportunity"}
    with pytest.raises(RecordNotFoundError, match=r"crm\.lead\(99999999\)"):
        client.crm.get(99999999)


def test_set_and_fields(client: Any, lead: int) -> None:
    assert client.crm.set(lead, {"description": Markdown("*it*")}) is True
    assert "<em>it</em>" in client.crm.get(lead, ["description"])["description"]
    assert client.crm.fields()["name"]["type"] == "char"


def test_every_namespace_lists_its_default_fields(client: Any) -> None:
    for name in ("crm", "tasks", "projects", "account_moves"):
        assert isinstance(getattr(client, name).list(limit=2), list), name


def test_comments_notify_followers_and_notes_do_not(client: Any, lead: int) -> None:
    assert client.crm.comment(lead, "Hello **Ada**") is True
    message = message_of(client, "crm.lead", lead)
    assert message["body"] == "<p>Hello <strong>Ada</strong></p>"
    assert message["subtype_id"][1] == "Discussions"
    assert client.crm.note(record_id=lead, message="<b>x</b>", markdown=False) is True
    message = message_of(client, "crm.lead", lead)
    assert message["body"] == "<p><b>x</b></p>" or message["body"] == "<b>x</b>"
    assert message["subtype_id"][1] == "Note"


def test_a_comment_by_another_user(client: Any, lead: int) -> None:
    login = f"writer-{secrets.token_hex(3)}"
    values = {"name": "Writer", "login": login, "email": "writer@example.com"}
    user_id = client.create("res.users", values)
    client.crm.comment(lead_id=lead, message="Mine", user_id=user_id)
    assert message_of(client, "crm.lead", lead)["author_id"][1] == "Writer"
    with pytest.raises(RecordNotFoundError):
        client.crm.comment(lead, "Nobody's", user_id=99999999)


def test_messages_are_the_newest_first(client: Any, lead: int) -> None:
    client.crm.note(lead, "first")
    client.crm.note(lead, "second")
    bodies = [message["body"] for message in client.crm.messages(lead, limit=2)]
    assert bodies == ["<p>second</p>", "<p>first</p>"]


def test_tags_are_made_added_once_and_deleted(client: Any, task: int) -> None:
    tag = client.tasks.create_tag(f"tag {secrets.token_hex(4)}", color=3)
    assert tag in [record["id"] for record in client.tasks.tags()]
    for _ in range(2):
        assert client.tasks.add_tag(task_id=task, tag_id=tag) is True
    assert client.tasks.get(task, ["tag_ids"])["tag_ids"] == [tag]
    assert client.tasks.delete_tag(tag) is True
    assert client.tasks.get(task, ["tag_ids"])["tag_ids"] == []
    with pytest.raises(ValueError, match="has no tags"):
        client.projects.tags()


def test_a_task_has_its_description_as_html(client: Any, task: int) -> None:
    record = client.tasks.get(task, ["description", "project_id"])
    assert record["description"] == "<p><strong>bold</strong> plan</p>"
    child = client.tasks.create(
        "Child", record["project_id"][0], parent_id=task, user_ids=[client.uid]
    )
    assert client.tasks.get(child, ["parent_id"])["parent_id"][0] == task


def test_the_address_of_a_record_leads_to_it(client: Any, task: int) -> None:
    url = client.tasks.url(task)
    assert url.startswith("http://127.0.0.1:")
    assert str(task) in url
    assert "project.task" in url


def test_crm_stages_and_pipeline(client: Any) -> None:
    team = client.create("crm.team", {"name": f"Team {secrets.token_hex(3)}"})
    stages = client.crm.stages(team_id=team)
    assert [stage["name"] for stage in stages][:2] == ["New", "Qualified"]
    stage_id = stages[0]["id"]
    for revenue in (100, 300):
        client.crm.create(
            "deal",
            team_id=team,
            stage_id=stage_id,
            expected_revenue=revenue,
            probability=50,
        )
    pipeline = client.crm.pipeline(team=team)
    assert pipeline["count"] == 2
    assert pipeline["expected_revenue"] == 400
    assert pipeline["weighted_revenue"] == pytest.approx(200, rel=0.9)
    assert pipeline["stages"][0]["count"] == 2
    assert client.crm.pipeline(user="no such user")["count"] == 0


def test_stages_are_those_of_a_project_or_all(client: Any) -> None:
    project_id = client.generic.create("project.project", {"name": "Staged"})
    stage = client.generic.create(
        "project.task.type", {"name": "Doing", "project_ids": [(4, project_id, 0)]}
    )
    assert [record["id"] for record in client.projects.stages(project_id)] == [stage]
    assert stage in [record["id"] for record in client.projects.stages()]


def test_records_of_any_model_are_made_changed_and_deleted(client: Any) -> None:
    record_id = client.generic.create("res.partner", {"name": "Generic"})
    assert client.generic.update("res.partner", record_id, {"ref": "G"}) is True
    (record,) = client.generic.search(
        "res.partner", [["id", "=", record_id]], ["ref"], limit=1
    )
    assert record["ref"] == "G"
    read = client.generic.call(
        "res.partner", "read", [[record_id]], {"fields": ["ref"]}
    )
    assert read == [{"id": record_id, "ref": "G"}]
    assert client.generic.delete("res.partner", record_id) is True


def test_activities_are_planned_and_finished(client: Any) -> None:
    partner = client.create("res.partner", {"name": "Busy"})
    deadline = datetime.date(2030, 5, 17)
    activity = client.activities.schedule(
        "res.partner", partner, "Call her", note=Markdown("**now**"), deadline=deadline
    )
    (listed,) = client.activities.list("res.partner", partner)
    assert (listed["id"], listed["summary"]) == (activity, "Call her")
    assert listed["date_deadline"] == "2030-05-17"
    assert "<strong>now</strong>" in listed["note"]
    message = client.activities.done(activity, feedback="Reached her")
    assert isinstance(message, int)
    assert client.activities.list("res.partner", partner) == []


def test_security_groups_on_odoo_19(client: Any) -> None:
    groups, warnings = client.security.create_groups()
    assert set(groups) == {
        "API Mail Gateway",
        "API Base",
        "API CRM",
        "API Project",
        "API Knowledge",
        "API Helpdesk",
    }
    assert any("knowledge.article" in warning for warning in warnings)
    lines = client.search(
        "ir.model.access", [["group_id", "in", list(groups.values())]]
    )
    assert len(lines) > 25
    assert client.security.create_groups() == (groups, warnings)
    again = client.search(
        "ir.model.access", [["group_id", "in", list(groups.values())]]
    )
    assert again == lines
    assert client.security.get_group_ids(["API CRM"]) == {"API CRM": groups["API CRM"]}
    with pytest.warns(UserWarning, match="API Nonsense"):
        found = client.security.get_group_ids(["API CRM", "API Nonsense"])
    assert found == {"API CRM": groups["API CRM"]}


def test_a_user_for_a_program_has_only_the_groups_given(
    client: Any, any_odoo: OdooServer, make_client: Any
) -> None:
    groups_field = "group_ids" if any_odoo.series >= 19 else "groups_id"
    login = f"bot-{secrets.token_hex(3)}"
    user_id, password = client.security.create_user("Bot", login)
    assert len(password) == 24
    assert client.security.get_user(user_id)[groups_field] == []
    assert client.security.resolve_user(login=login) == user_id
    assert client.security.resolve_user(user_id=user_id) == user_id
    for wrong in ({}, {"user_id": user_id, "login": login}):
        with pytest.raises(ValueError):
            client.security.resolve_user(**wrong)
    groups, _warnings = client.security.create_groups()
    assert client.security.assign(user_id, [groups["API Base"]]) is True
    assert client.security.get_user(user_id)[groups_field] == [groups["API Base"]]
    bot = make_client(
        config_for(any_odoo, "legacy", username=login, password=str(password))
    )
    assert bot.uid == user_id
    assert bot.search("res.partner", limit=1)
    changed = client.security.set_password(user_id)
    assert changed != password
    assert client.security.set_password(user_id, "chosen pass") == "chosen pass"
    again: OdooClient = make_client(
        config_for(any_odoo, "legacy", username=login, password=str(password))
    )
    with pytest.raises(AuthenticationError):
        again.search("res.partner")


@pytest.mark.parametrize(
    ("act", "model", "module"),
    [
        (lambda c: c.helpdesk.list(), "helpdesk.ticket", "helpdesk"),
        (lambda c: c.knowledge.create("x"), "knowledge.article", "knowledge"),
        (lambda c: c.documents.folders(), "documents.document", "documents"),
        (lambda c: c.timer.start_ticket(1), "helpdesk.ticket", "helpdesk"),
    ],
)
def test_a_module_that_is_not_installed_is_named(
    client: Any, any_odoo: OdooServer, act: Any, model: str, module: str
) -> None:
    if model == "documents.document" and any_odoo.series < 18:
        model = "documents.folder"  # folders are documents since then
    with pytest.raises(UnknownModelError) as raised:
        act(client)
    assert repr(model) in str(raised.value)
    assert f"install the module {module!r} (Odoo Enterprise)" in str(raised.value)


def test_timesheets_without_timers(client: Any) -> None:
    project_id = client.generic.create("project.project", {"name": "Timed"})
    line = client.generic.create(
        "account.analytic.line",
        {
            "name": "punching",
            "project_id": project_id,
            "unit_amount": 1.5,
            "user_id": 2,
        },
    )
    timesheet = next(t for t in client.timer.list() if t.id == line)
    assert (timesheet.project, timesheet.hours, timesheet.is_running) == (
        "Timed",
        1.5,
        False,
    )


def test_domain_of_account_moves() -> None:
    assert build_account_move_domain(search="INV", state="posted", year=2026) == [
        "|",
        ["name", "ilike", "INV"],
        ["ref", "ilike", "INV"],
        ["state", "=", "posted"],
        ["date", ">=", "2026-01-01"],
        ["date", "<=", "2026-12-31"],
    ]
    assert build_account_move_domain() == []
