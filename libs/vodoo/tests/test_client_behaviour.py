# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One suite for sync and async, over every wire, against a real Odoo 19."""

from __future__ import annotations

import base64
import datetime
from decimal import Decimal
from typing import Any

import pytest
from vodoo import (
    Cmd,
    InvalidArgumentsError,
    Markdown,
    OdooAccessError,
    OdooMissingError,
    OdooUserError,
    OdooValidationError,
    RecordNotFoundError,
    UnknownMethodError,
    UnknownModelError,
    ValueEncodingError,
)
from vodoo._values import to_datetime
from vodoo_support.odoo_server import OdooServer


@pytest.fixture
def partner(client: Any) -> int:
    return client.create("res.partner", {"name": "Ada Lovelace", "city": "London"})


def test_uid_is_who_is_logged_in(client: Any) -> None:
    assert client.uid == 2


def test_create_read_write_unlink(client: Any, partner: int) -> None:
    assert client.write("res.partner", [partner], {"city": "Paris"}) is True
    (record,) = client.read("res.partner", [partner], ["name", "city"])
    assert record == {"id": partner, "name": "Ada Lovelace", "city": "Paris"}
    assert client.unlink("res.partner", [partner]) is True
    assert client.read("res.partner", [partner], ["name"]) == []


def test_create_takes_one_record_or_several(client: Any) -> None:
    one = client.create("res.partner", {"name": "one"})
    several = client.create("res.partner", [{"name": "two"}, {"name": "three"}])
    alone = client.create("res.partner", [{"name": "four"}])
    assert isinstance(one, int)
    assert [type(record_id) for record_id in several + alone] == [int, int, int]
    assert client.create("res.partner", []) == []


def test_search_and_search_read_take_limit_offset_and_order(client: Any) -> None:
    ids = client.search("res.country", [["code", "in", ["BE", "FR", "DE"]]], order="id")
    assert len(ids) == 3
    page = client.search("res.country", [["id", "in", ids]], 1, 1, "id")
    assert page == [ids[1]]
    (country,) = client.search_read(
        "res.country",
        domain=[["id", "in", ids]],
        fields=["code"],
        limit=1,
        offset=2,
        order="code",
    )
    assert country["code"] == "FR"


def test_search_without_a_domain_finds_everything(client: Any) -> None:
    assert len(client.search("res.lang", limit=1)) == 1


def test_fields_get_returns_the_fields_asked_for(client: Any) -> None:
    assert client.fields_get("res.partner", ["name"], ["type"]) == {
        "name": {"type": "char"}
    }
    assert len(client.fields_get("res.partner")) > 50


def test_name_search_returns_pairs(client: Any, partner: int) -> None:
    domain = [["id", "=", partner]]
    assert client.name_search("res.partner", "Ada", domain) == [
        (partner, "Ada Lovelace")
    ]


def test_context_reaches_the_server(client: Any) -> None:
    archived = client.create("res.partner", {"name": "Gone", "active": False})
    domain = [["id", "=", archived]]
    assert client.search("res.partner", domain) == []
    context = {"active_test": False}
    assert client.search("res.partner", domain, context=context) == [archived]
    assert client.execute("res.partner", "search", domain, context=context) == [
        archived
    ]


def test_only_booleans_are_false(client: Any, partner: int) -> None:
    fields = ["email", "parent_id", "is_company", "active", "category_id", "color"]
    (record,) = client.read("res.partner", [partner], fields)
    assert record == {
        "id": partner,
        "email": None,
        "parent_id": None,
        "is_company": False,
        "active": True,
        "category_id": [],
        "color": 0,
    }


def test_values_of_python_arrive(client: Any, partner: int) -> None:
    picture = b"\x89PNG bytes \x00 and more"
    attachment = client.create("ir.attachment", {"name": "x", "datas": picture})
    (record,) = client.read("ir.attachment", [attachment], ["datas", "create_date"])
    assert base64.b64decode(record["datas"]) == picture
    cet = datetime.timezone(datetime.timedelta(hours=1))
    now = to_datetime(record["create_date"]).astimezone(cet)
    around = [["id", "=", attachment], ["create_date", ">=", now]]
    assert client.search("ir.attachment", around) == [attachment]
    client.write(
        "res.partner",
        [partner],
        {
            "comment": Markdown("**bold**"),
            "partner_latitude": Decimal("48.5"),
            "child_ids": [Cmd.create({"name": "Child", "comment": Markdown("*it*")})],
        },
    )
    (record,) = client.read(
        "res.partner", [partner], ["comment", "partner_latitude", "child_ids"]
    )
    assert record["comment"] == "<p><strong>bold</strong></p>"
    assert record["partner_latitude"] == 48.5
    (child,) = client.read("res.partner", record["child_ids"], ["comment"])
    assert child["comment"] == "<p><em>it</em></p>"


def test_a_value_that_cannot_be_sent_is_named(client: Any, partner: int) -> None:
    values = {"name": "x", "category_id": [(6, 0, {1, 2})]}
    with pytest.raises(
        ValueEncodingError, match=r"set at .*\['category_id'\]\[0\]\[2\]"
    ):
        client.write("res.partner", [partner], values)
    for name, reason in ((float("nan"), "number nan"), ("\ud800", "surrogate")):
        with pytest.raises(ValueEncodingError, match=reason):
            client.write("res.partner", [partner], {"name": name})


def test_unusual_text_arrives(client: Any) -> None:
    name = 'Ünï "quoted" \\ 👩‍🚀 \t 漢字'
    record_id = client.create("res.partner", {"name": name})
    assert client.read("res.partner", [record_id], ["name"])[0]["name"] == name


def test_a_method_that_returns_false_or_nothing(
    client: Any, any_odoo: OdooServer, partner: int
) -> None:
    users = [[client.uid]] if any_odoo.series > 14 else []
    has_group = client.execute("res.users", "has_group", *users, "base.group_portal")
    assert has_group is False
    assert client.execute("res.partner", "action_archive", [partner]) in (None, True)


@pytest.mark.parametrize(
    ("expected", "act"),
    [
        (UnknownModelError, lambda c, p: c.search("no.such.model")),
        (UnknownMethodError, lambda c, p: c.execute("res.partner", "no_such", [p])),
        (OdooAccessError, lambda c, p: c.execute("res.partner", "_compute_x", [p])),
        (
            OdooMissingError,
            lambda c, p: c.write("res.partner", 99999999, {"name": "x"}),
        ),
        (
            RecordNotFoundError,
            lambda c, p: c.write("res.partner", 9999999, {"ref": "x"}),
        ),
        (OdooValidationError, lambda c, p: c.write("res.partner", p, {"parent_id": p})),
        (OdooUserError, lambda c, p: c.unlink("res.lang", c.search("res.lang"))),
        (InvalidArgumentsError, lambda c, p: c.write("res.partner", p, {"no_such": 1})),
        (
            InvalidArgumentsError,
            lambda c, p: c.search("res.partner", [["no_such", "=", 1]]),
        ),
        (OdooUserError, lambda c, p: c.search("res.partner", order="no such")),
        (
            InvalidArgumentsError,
            lambda c, p: c.execute("res.partner", "search", no_such=1),
        ),
    ],
)
def test_errors_of_the_server_have_a_class(
    client: Any, partner: int, expected: type[Exception], act: Any
) -> None:
    with pytest.raises(expected) as raised:
        act(client, partner)
    error: Any = raised.value
    assert error.model in ("res.partner", "res.lang", "no.such.model")
    assert error.method
    assert error.server_message
    assert "Traceback" not in str(error)


def test_the_servers_traceback_is_shown_on_request(client: Any) -> None:
    with pytest.raises(InvalidArgumentsError) as raised:
        client.search("res.partner", [["no_such", "=", 1]])
    assert "Traceback" in raised.value.server_traceback


def test_unique_constraint_is_a_validation_error(client: Any) -> None:
    with pytest.raises(OdooValidationError):
        client.create("res.users", {"name": "Again", "login": "admin"})


def test_a_failed_create_of_several_creates_none(client: Any) -> None:
    with pytest.raises(OdooValidationError):
        client.create("res.partner", [{"name": "half a batch"}, {"name": False}])
    assert client.search("res.partner", [["name", "=", "half a batch"]]) == []


def test_search_iter_returns_each_record_once(client: Any) -> None:
    expected = client.search("res.country", order="id")
    records = list(client.search_iter("res.country", [], ["code"], page_size=40))
    assert [record["id"] for record in records] == expected
    assert set(records[0]) == {"id", "code"}


def test_search_iter_does_not_mind_records_that_go_meanwhile(client: Any) -> None:
    ids = client.create("res.partner", [{"name": f"iter {n}"} for n in range(10)])
    seen = []
    domain = ["|", ["id", "in", ids], ["id", "=", 0]]
    for record in client.search_iter("res.partner", domain, ["name"], page_size=3):
        if not seen:
            client.unlink("res.partner", [record["id"]])
        seen.append(record["id"])
    assert seen == ids


def test_search_iter_can_be_left_early(client: Any) -> None:
    iterator = client.search_iter("res.country", page_size=10, fields=["code"])
    assert next(iterator)["code"]
    iterator.close()
    assert client.search("res.country", limit=1)


def test_create_many_and_write_many(client: Any) -> None:
    result = client.create_many(
        "res.partner", [{"name": f"many {n}"} for n in range(25)], chunk_size=10
    )
    assert [(chunk.start, chunk.stop) for chunk in result] == [
        (0, 10),
        (10, 20),
        (20, 25),
    ]
    assert not result.errors
    names = client.read("res.partner", result.ids, ["name"])
    assert [record["name"] for record in names] == [f"many {n}" for n in range(25)]
    updates = {
        record_id: {"city": "Rome" if record_id % 2 else "Oslo"}
        for record_id in result.ids
    }
    written = client.write_many("res.partner", updates, chunk_size=10)
    assert sorted(written.ids) == sorted(result.ids)
    for record in client.read("res.partner", result.ids, ["city"]):
        assert record["city"] == updates[record["id"]]["city"]


def test_a_chunk_that_fails_does_not_stop_the_others(client: Any) -> None:
    values = [
        {"name": "a"},
        {"name": "b"},
        {"name": False},
        {"name": "d"},
        {"name": "e"},
    ]
    result = client.create_many("res.partner", values, chunk_size=2)
    assert [bool(chunk.error) for chunk in result] == [False, True, False]
    assert len(result.ids) == 3
    with pytest.raises(OdooValidationError):
        result.raise_for_errors()


def test_execute_takes_arguments_by_position_or_by_name(
    client: Any, partner: int
) -> None:
    by_position = client.execute("res.partner", "read", [partner], ["name"])
    by_name = client.execute("res.partner", "read", ids=[partner], fields=["name"])
    assert by_position == by_name == [{"id": partner, "name": "Ada Lovelace"}]


def test_execute_does_not_change_false(client: Any, partner: int) -> None:
    (record,) = client.execute("res.partner", "read", [partner], ["email"])
    assert record["email"] is False


def test_execute_sudo_leaves_the_callers_context_alone(client: Any) -> None:
    context = {"lang": "en_US"}
    client.execute_sudo("res.partner", "search", 2, [], limit=1, context=context)
    assert context == {"lang": "en_US"}
