# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""No answer of a server leads to wrong or missing data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from vodoo import (
    OdooClient,
    OdooValidationError,
    Outcome,
    OutcomeUnknownError,
    ProtocolError,
    UnexpectedAnswerError,
    check_answer,
)
from vodoo._server_errors import server_error
from vodoo._values import to_json
from vodoo.cli import exit_code_of, main
from vodoo.cli.any_model import importable
from vodoo_support.clients import wire_config
from vodoo_support.stub_server import (
    Received,
    StubServer,
    die_before_answer,
    good,
    json_2_error,
    reply,
)

CALLS: dict[str, tuple[Any, ...]] = {
    "search": ("res.partner",),
    "read": ("res.partner", [1], ["name"]),
    "search_read": ("res.partner", [], ["name"]),
    "create": ("res.partner", {"name": "Ada"}),
    "write": ("res.partner", [1], {"name": "Ada"}),
    "unlink": ("res.partner", [1]),
    "fields_get": ("res.partner",),
    "name_search": ("res.partner", "A"),
    "load": ("res.partner", ["id", "name"], [["a.b", "Ada"]]),
}


@pytest.mark.parametrize("name", CALLS)
def test_another_shape_is_an_error_that_names_the_call(
    wired: Callable[..., Any], stub: StubServer, name: str
) -> None:
    client = wired()
    for answer in ({"faults": [1]}, None, "ok", [["a"]], [True], 1.5):
        stub.script = [good(client.wire, answer)]
        with pytest.raises(ProtocolError, match=rf"res\.partner\.{name}: ") as caught:
            getattr(client, name)(*CALLS[name])
        assert caught.value.outcome is Outcome.UNKNOWN, answer


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("search", [1, 2]),
        ("read", [{"id": 1, "name": False}]),
        ("search_read", []),
        ("fields_get", {"name": {"type": "char"}}),
        ("message_post", {"any": "form"}),
    ],
)
def test_an_answer_of_the_promised_form_is_returned(method: str, answer: Any) -> None:
    assert check_answer(answer, "res.partner", method) is answer


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("search", [True]),
        ("read", [{"name": "Ada"}]),
        ("search_read", [{"id": "1"}]),
        ("fields_get", {"name": {"type": 1}}),
        *((method, "ok") for method in ("search", "read", "search_read", "fields_get")),
    ],
)
def test_an_answer_of_execute_can_be_checked(method: str, answer: Any) -> None:
    with pytest.raises(UnexpectedAnswerError, match=rf"res\.partner\.{method}: "):
        check_answer(answer, "res.partner", method)


def test_as_many_ids_come_as_were_asked_for(
    wired: Callable[..., Any], stub: StubServer
) -> None:
    client = wired()
    stub.script = [good(client.wire, [7])]
    with pytest.raises(ProtocolError, match="the ids of 2 records"):
        client.create("res.partner", [{"name": "a"}, {"name": "b"}])


@pytest.mark.parametrize(
    ("fields", "rows", "sent_again"),
    [
        (["id", "name"], [["a.b", "A"]], True),
        (["id", "name"], [["", "A"]], False),
        (["id", "name"], [["a.b", "A"], ["", "B"]], False),
        (["name"], [["A"]], False),
        ([".id", "name"], [["7", "A"]], True),
        (["id", "parent_id/id"], [["a.b", "a.c"]], True),
        (["id", "child_ids/name"], [["a.b", "A"]], False),
        (["id", "child_ids/id", "child_ids/name"], [["a.b", "a.c", "A"]], True),
        (["id", "child_ids/parent_id/id"], [["a.b", "a.c"]], False),
        (["id", "name", "child_ids/id"], [["a.b", "A", "a.c"], ["", "", "a.d"]], False),
    ],
)
def test_rows_are_sent_again_if_each_has_an_external_id(
    wired: Callable[..., Any],
    stub: StubServer,
    fields: Any,
    rows: Any,
    sent_again: bool,
) -> None:
    client = wired()
    stub.script = [die_before_answer, good(client.wire, {"ids": [7], "messages": []})]
    if sent_again:
        assert client.load("res.partner", fields, rows) == [7]
    else:
        with pytest.raises(OutcomeUnknownError):
            client.load("res.partner", fields, rows)
    assert len(stub.calls) == 1 + sent_again


def test_a_refused_import_names_the_reason(
    wired: Callable[..., Any], stub: StubServer
) -> None:
    client = wired()
    refusal = {"ids": False, "messages": [{"type": "error", "message": "No name"}]}
    stub.script = [good(client.wire, refusal)]
    with pytest.raises(OdooValidationError, match="No name"):
        client.load("res.partner", ["name"], [[""]])


def answer_pages(client: Any, stub: StubServer, rows: Iterable[int], most: int) -> None:
    """Answer searches by id, never with more than ``most`` records."""
    rows = list(rows)

    def answer(handler: Any) -> None:
        asked = json.dumps(stub.received[-1].body)
        last = max((int(n) for n in find_limits(asked)), default=0)
        found = [{"id": n, "name": str(n)} for n in rows if n > last][:most]
        good(client.wire, found)(handler)

    stub.script = [answer]


def find_limits(asked: str) -> list[str]:
    marker = '["id", ">", '
    return [part.partition("]")[0] for part in asked.split(marker)[1:]]


def test_short_pages_are_not_the_last(
    wired: Callable[..., Any], stub: StubServer
) -> None:
    client = wired()
    answer_pages(client, stub, range(1, 8), most=3)
    found = client.search_iter("res.partner", [], ["name"], 5)
    assert [record["id"] for record in found] == [1, 2, 3, 4, 5, 6, 7]


def test_pages_in_another_order_raise_instead_of_going_on(
    wired: Callable[..., Any], stub: StubServer
) -> None:
    client = wired()
    stub.script = [good(client.wire, [{"id": 5}, {"id": 3}])]
    with pytest.raises(ProtocolError, match="in the order of ids"):
        list(client.search_iter("res.partner", [], ["name"], 2))
    assert len(stub.calls) <= 2


def refuse_field(client: Any, stub: StubServer, refused: str) -> None:
    """Answer as a server of which one computed field cannot be read."""
    fields = ["id", "name", refused, "color", "email"]

    def answer(handler: Any) -> None:
        asked = json.dumps(stub.received[-1].body)
        path = handler.path
        if "fields_get" in path or '"fields_get"' in asked:
            return good(client.wire, {f: {"type": "char"} for f in fields})(handler)
        names = named_fields(stub.received[-1], client.wire)
        if names is None or refused in names:
            return access_error(client.wire)(handler)
        record = {**dict.fromkeys(names, "x"), "id": 1}
        return good(client.wire, [record])(handler)

    stub.script = [answer]


def named_fields(received: Received, wire: str) -> Any:
    body = received.body
    if wire == "json2":
        return body.get("fields")
    params = body["params"]
    kwargs = params["kwargs"] if wire == "web" else params["args"][6]
    return kwargs.get("fields")


def access_error(wire: str) -> Any:
    name = "odoo.exceptions.AccessError"
    if wire == "json2":
        return json_2_error(403, name, "You cannot access the field")
    error = {"code": 0, "data": {"name": name, "message": "You cannot"}}
    return reply({"jsonrpc": "2.0", "id": 1, "error": error})


def test_a_field_that_may_not_be_read_is_left_out(
    wired: Callable[..., Any], stub: StubServer
) -> None:
    client = wired()
    refuse_field(client, stub, "secret_total")
    assert set(client.read("project.project", [1])[0]) == {
        "id",
        "name",
        "color",
        "email",
    }
    so_far = len(stub.calls)
    assert "name" in client.search_read("project.project")[0]
    assert len(stub.calls) == so_far + 1


def test_a_project_can_be_read_without_a_list_of_fields(client: Any) -> None:
    """One field of a project takes its value from a field of a group."""
    project = client.create("project.project", {"name": "Engine"})
    try:
        assert client.projects.get(project)["name"] == "Engine"
        assert client.read("project.project", [project])[0]["id"] == project
    finally:
        client.unlink("project.project", [project])


class Conditions:
    """A domain that iterates, as ``odoo.fields.Domain`` of Odoo 19 does."""

    def __init__(self, *conditions: Any) -> None:
        self.conditions = conditions

    def __iter__(self) -> Any:
        return iter(self.conditions)

    def __bool__(self) -> bool:
        return bool(self.conditions)

    def iter_conditions(self) -> Any:
        return iter(self.conditions)


def test_a_domain_object_is_taken_wherever_a_domain_is(
    wired: Callable[..., Any], stub: StubServer
) -> None:
    client = wired()
    domain = Conditions(("child_ids", "any", Conditions(("id", "in", {3}))))
    sent = '["child_ids", "any", [["id", "in", [3]]]]'
    stub.script = [good(client.wire, [])]
    client.search("res.partner", domain)
    client.search_read("res.partner", domain)
    client.execute("res.partner", "search", domain)
    client.crm.list(domain)
    list(client.search_iter("res.partner", domain))
    assert len(stub.calls) == 5
    assert all(sent in json.dumps(received.body) for received in stub.calls)


def test_the_domain_of_odoo_is_sent_as_a_list() -> None:
    fields = pytest.importorskip("odoo.fields")
    domain = fields.Domain("name", "=", "a") & fields.Domain("id", "in", [1])
    assert json.loads(to_json(domain))[0] == "&"
    assert json.loads(to_json(fields.Domain.TRUE)) == []


def test_a_mistake_of_the_caller_is_not_a_network_error() -> None:
    for name in (
        "psycopg2.errors.NumericValueOutOfRange",
        "psycopg2.ProgrammingError",
        "builtins.OverflowError",
        "builtins.ZeroDivisionError",
    ):
        error = server_error(0, {"name": name, "message": "integer out of range"})
        assert exit_code_of(error) == 6


def test_an_exported_row_can_be_imported() -> None:
    row = {"id": 7, "name": "A", "parent_id": [3, "Azure"], "category_id": [4, 5]}
    assert importable(row) == {"name": "A", "parent_id": 3, "category_id": [4, 5]}


def use_stub(stub: StubServer, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    config = wire_config(stub)
    for name in ("url", "database", "username", "password"):
        monkeypatch.setenv(f"ODOO_{name.upper()}", str(getattr(config, name)))


def test_changing_a_deleted_record_fails_on_the_command_line(
    stub: StubServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_stub(stub, monkeypatch, tmp_path)
    stub.script = [reply({"color": {"type": "integer"}}), reply([])]
    assert main(["res.partner", "update", "9", "color+=1"]) == 5
    output = capsys.readouterr()
    assert "no record res.partner(9)" in output.err
    assert "True" not in output.out


def test_an_empty_domain_is_refused_on_the_command_line(
    stub: StubServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_stub(stub, monkeypatch, tmp_path)
    assert main(["res.partner", "search", ""]) == 2
    assert "give [] for all records" in capsys.readouterr().err
    assert stub.calls == []


def test_records_do_not_command_the_terminal(
    stub: StubServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_stub(stub, monkeypatch, tmp_path)
    evil = "\x1b]0;owned\x07 \x9b2J \x7f end"
    stub.script = [reply([{"id": 1, "name": evil}])]
    for words in (["--json"], ["--simple"], []):
        assert main([*words, "res.partner", "search", "--fields", "name"]) == 0
        output = capsys.readouterr().out
        assert "end" in output
        assert not {"\x1b", "\x07", "\x9b", "\x7f"} & set(output)


def test_an_aware_datetime_is_sent_in_utc(stub: StubServer) -> None:
    """Odoo stores the date in UTC in a Date field."""
    import datetime

    tokyo = datetime.timezone(datetime.timedelta(hours=9))
    moment = datetime.datetime(2026, 3, 1, 8, 0, tzinfo=tokyo)
    with OdooClient(wire_config(stub)) as client:
        client.write("res.partner", [1], {"date": moment})
    assert stub.calls[-1].body["vals"] == {"date": "2026-02-28 23:00:00"}
