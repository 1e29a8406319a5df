# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What clients of Odoo get wrong, by the number of the finding.

The findings that need namespaces stand in ``test_namespaces.py`` (3, 12, 17, 18), the
network's in ``test_faults.py`` (8, 9, 16, 19).
"""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from vodoo import (
    ArgumentMappingError,
    AsyncOdooClient,
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    DatabaseNotFoundError,
    OdooConfig,
    OdooUserError,
    ProtocolError,
    RetryConfig,
    ServerUnavailableError,
    VodooError,
)
from vodoo_support.clients import config_for
from vodoo_support.odoo_server import OdooServer
from vodoo_support.stub_server import (
    KEY,
    PASSWORD,
    StubServer,
    html,
    json_2_error,
    reply,
    result,
    stub_server,
)

SECRET = "Hunter2-and-more"


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with stub_server() as server:
        yield server


def stub_config(stub: StubServer, password: str, **settings: Any) -> OdooConfig:
    defaults: dict[str, Any] = {"retry": RetryConfig(max_retries=0), "timeout": 5}
    return OdooConfig(
        url=stub.url,
        database="db",
        username="ada",
        password=password,
        **{**defaults, **settings},
    )


# 1: positional arguments on JSON-2


def test_1_no_positional_argument_is_dropped(client: Any) -> None:
    name = f"Positional {secrets.token_hex(4)}"
    partner = client.create("res.partner", {"name": name})
    assert client.execute("res.partner", "name_search", name[:-1]) == [[partner, name]]
    copies = client.execute("res.partner", "copy", [partner], {"name": "Copied"})
    assert client.read("res.partner", copies, ["name"])[0]["name"] == "Copied"
    found = client.execute(
        "res.country", "search_read", [["code", "=", "BE"]], ["code"], 0, 1
    )
    assert [record["code"] for record in found] == ["BE"]
    assert client.execute("res.partner", "default_get", ["color"]) in ({}, {"color": 0})


def test_1_arguments_of_other_methods_are_named_by_the_servers_documentation(
    client: Any, any_odoo: OdooServer
) -> None:
    if any_odoo.series < 19:
        pytest.skip("documents nothing, and needs no names")
    partner = client.create("res.partner", {"name": "Documented"})
    groups = client.execute("res.users", "has_groups", [client.uid], "base.group_user")
    assert groups is True
    notes = client.execute("res.partner", "message_subscribe", [partner], [partner])
    assert notes in (True, None)
    # an @api.model method whose first argument looks like ids
    views = client.execute("res.partner", "get_import_templates")
    assert isinstance(views, list)


def test_1_an_argument_that_only_looks_like_ids_is_named_after_all(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    client = make_client(stub_config(stub, KEY))
    documented = {"methods": {"tally": {"parameters": {"years": {}}, "api": ["model"]}}}
    stub.routes = {"/doc-bearer/": reply(documented)}
    name = "werkzeug.exceptions.UnprocessableEntity"
    refusal = json_2_error(422, name, "cannot call my.model.tally with ids")
    stub.script = [refusal, reply(3)]
    assert client.execute("my.model", "tally", [2024, 2025]) == 3
    bodies = [call.body for call in stub.calls if call.method == "POST"]
    assert bodies == [{"ids": [2024, 2025]}, {"years": [2024, 2025]}]


def test_1_what_cannot_be_named_is_told_before_sending(stub: StubServer) -> None:
    stub.routes = {"/doc-bearer/": html(403, "Forbidden")}

    async def call() -> None:
        async with AsyncOdooClient(stub_config(stub, KEY)) as client:
            await client.execute("project.task", "message_post", [1], "hello")

    with pytest.raises(
        ArgumentMappingError, match=r"project\.task\.message_post.*name"
    ):
        asyncio.run(call())
    assert not [request for request in stub.calls if request.method == "POST"]


def test_1_too_many_and_double_arguments_are_refused(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    client = make_client(stub_config(stub, KEY))
    with pytest.raises(ArgumentMappingError, match="2 positional arguments"):
        client.execute("res.partner", "unlink", [1], "more")
    with pytest.raises(ArgumentMappingError, match="'domain' is given twice"):
        client.execute("res.partner", "search", [], domain=[])
    assert not stub.calls


def test_1_documentation_is_fetched_once_and_revalidated_by_its_etag(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    client = make_client(stub_config(stub, KEY))
    documented = {"methods": {"frob": {"parameters": {"how": {}}, "api": []}}}
    stub.routes = {"/doc-bearer/": reply(documented, ETag="v1")}
    for _ in range(2):
        client.execute("my.model", "frob", [1], "gently")
    assert [call.path for call in stub.calls if call.method == "POST"] == [
        "/json/2/my.model/frob"
    ] * 2
    assert stub.calls[-1].body == {"ids": [1], "how": "gently"}
    assert len([call for call in stub.calls if call.method == "GET"]) == 1
    stub.routes = {"/doc-bearer/": html(304, "")}
    with pytest.raises(ArgumentMappingError, match="documents no such method"):
        client.execute("my.model", "frobnicate", [1], "gently")
    assert stub.calls[-1].headers["if-none-match"] == "v1"


# 2, 3: fields_get, name_search


def test_2_fields_get_returns_only_the_fields_asked_for(client: Any) -> None:
    assert set(client.fields_get("res.partner", ["name"])) == {"name"}


def test_3_name_search_works_by_every_spelling(client: Any) -> None:
    partner = client.create("res.partner", {"name": "Spelled Sue"})
    domain = [["id", "=", partner]]
    assert client.name_search("res.partner", "Spelled", domain) == [
        (partner, "Spelled Sue")
    ]
    for spelling in ({"args": domain}, {"domain": domain}):
        found = client.execute("res.partner", "name_search", name="Spel", **spelling)
        assert found == [[partner, "Spelled Sue"]]


# 4, 5: several records, False


def test_4_several_records_are_created_once(client: Any) -> None:
    values = [{"name": "fourfold"}, {"name": "fourfold"}]
    ids = client.create("res.partner", values)
    assert client.search("res.partner", [["name", "=", "fourfold"]], order="id") == ids
    client.unlink("res.partner", ids)


def test_5_false_of_a_boolean_and_of_a_method_stay_false(
    client: Any, any_odoo: OdooServer
) -> None:
    partner = client.create("res.partner", {"name": "False", "is_company": False})
    (record,) = client.read("res.partner", [partner], ["is_company", "email"])
    assert record == {"id": partner, "is_company": False, "email": None}
    users = [[2]] if any_odoo.series > 14 else []
    has_group = client.execute("res.users", "has_group", *users, "base.group_portal")
    assert has_group is False


# 6: uid


def test_6_uid_is_the_owner_of_the_key(
    odoo: OdooServer, make_client: Callable[..., Any]
) -> None:
    admin = make_client(config_for(odoo, "json2"))
    user_id = admin.create("res.users", {"name": "Limited", "login": "limited"})
    for mode in ("sync", "async"):
        limited = make_client(
            config_for(odoo, "json2", password=odoo.api_key(user_id)), mode
        )
        assert limited.uid == user_id


# 7: detection


def test_7_an_api_key_speaks_json_2_and_a_password_legacy(
    odoo: OdooServer, make_client: Callable[..., Any]
) -> None:
    assert make_client(config_for(odoo, "json2")).is_json2 is True
    assert make_client(config_for(odoo, "legacy")).is_json2 is False


def test_7_an_old_server_gets_the_key_by_the_legacy_protocol(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    stub.routes = {
        "/json/2": reply({"jsonrpc": "2.0", "error": {"code": 404}}, 404),
        "/web/webclient": result({"server_version_info": [14, 0, 0, "final", 0]}),
    }
    client = make_client(stub_config(stub, KEY))
    stub.script = [result([1])]
    assert client.search("res.partner") == [1]
    assert client.is_json2 is False


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (html(502, "Bad Gateway"), ServerUnavailableError),
        (html(500, "Oops"), ProtocolError),
        (html(403, "Forbidden by the firewall"), ProtocolError),
        (html(302, Location="https://sso.example/"), ProtocolError),
        (html(200, "Please log in"), ProtocolError),
        (html(404, "No database is selected"), DatabaseNotFoundError),
        (
            html(404, "Not here"),
            DatabaseNotFoundError,
        ),  # it runs 19, and has no such db
        (reply({"name": "werkzeug.exceptions.Unauthorized"}, 401), AuthenticationError),
    ],
)
def test_7_what_is_no_clear_answer_is_raised_and_not_remembered(
    make_client: Callable[..., Any],
    stub: StubServer,
    answer: Any,
    expected: type[Exception],
) -> None:
    client = make_client(stub_config(stub, KEY))
    stub.routes = {"/json/2": answer}
    with pytest.raises(expected):
        client.search("res.partner")
    assert not [r for r in stub.received if r.path == "/jsonrpc"]
    stub.routes = {}
    stub.script = [reply([1])]
    assert client.search("res.partner") == [1]
    assert client.is_json2 is True


def test_7_something_that_is_no_odoo_is_told(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    stub.routes = {"/": html(404, "nginx")}
    with pytest.raises(ProtocolError, match="not as an Odoo server"):
        make_client(stub_config(stub, KEY)).search("res.partner")
    with pytest.raises(AuthenticationError, match="no /jsonrpc"):
        make_client(stub_config(stub, PASSWORD)).search("res.partner")


def test_7_a_login_password_is_never_a_bearer_token(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    stub.script = [result([])]
    make_client(stub_config(stub, PASSWORD)).search("res.partner")
    assert not [r for r in stub.received if "authorization" in r.headers]
    assert not [r for r in stub.received if r.path.startswith("/json/2")]


@pytest.mark.parametrize("wire", ["json2", "legacy", "web"])
def test_7_a_wrong_database_is_called_by_its_name(
    any_odoo: OdooServer, make_client: Callable[..., Any], wire: str
) -> None:
    client = make_client(config_for(any_odoo, wire, database="no_such_database"))
    with pytest.raises(ConfigurationError, match="no_such_database"):
        client.search("res.partner")


@pytest.mark.parametrize("wire", ["json2", "legacy", "web"])
def test_7_a_wrong_password_is_an_authentication_error(
    any_odoo: OdooServer, make_client: Callable[..., Any], wire: str
) -> None:
    wrong = "0" * 40 if wire == "json2" else "wrong"
    with pytest.raises(AuthenticationError):
        make_client(config_for(any_odoo, wire, password=wrong)).search("res.partner")


# 8: raw network errors (the rest is in test_faults)


def test_8_no_error_of_httpx2_leaks(make_client: Callable[..., Any]) -> None:
    config = OdooConfig(
        url="http://127.0.0.1:9",
        database="db",
        username="ada",
        password=KEY,
        retry_count=0,
    )
    with pytest.raises(ConnectionFailedError) as raised:
        make_client(config).search("res.partner")
    error: BaseException | None = raised.value
    while error is not None:
        assert not isinstance(error, httpx2.HTTPError)
        error = error.__cause__ or error.__context__


# 10: one login (test_faults counts; here on a real server)


def test_10_many_first_calls_log_in_once(odoo: OdooServer) -> None:
    async def burst() -> list[str]:
        sent = []

        async def count(request: httpx2.Request) -> None:
            sent.append(request.url.path)

        hooks = {"request": [count]}
        async with httpx2.AsyncClient(event_hooks=hooks) as http:
            config = config_for(odoo, "legacy")
            async with AsyncOdooClient(config, http_client=http) as client:
                await asyncio.gather(*(client.search("res.lang") for _ in range(20)))
        return sent

    assert asyncio.run(burst()) == ["/jsonrpc"] * 21


# 11: secrets


def everything_shown(error: BaseException) -> str:
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    # The frames of the tests themselves hold the secret, of course.
    for level in iter_levels(shown):
        level.stack[:] = [f for f in level.stack if "/src/vodoo/" in f.filename]
    return "".join(shown.format()) + repr(error) + str(error) + repr(vars(error))


def iter_levels(
    shown: traceback.TracebackException | None,
) -> Iterator[traceback.TracebackException]:
    while shown is not None:
        yield shown
        shown = shown.__cause__ or shown.__context__


def test_11_a_config_shows_no_secret() -> None:
    config = OdooConfig(
        url="http://localhost",
        database="db",
        username="ada",
        password=SECRET,
        http_headers={"X-Token": SECRET},
    )
    shown = f"{config} {config!r} {vars(config)!r} {dataclasses.asdict(config)!r}"
    assert SECRET not in shown
    assert config.password == SECRET


@pytest.mark.parametrize("settings", [{"url": "nonsense"}, {"protocol": "ftp"}])
def test_11_a_config_that_fails_shows_no_secret(settings: dict[str, Any]) -> None:
    given = {"url": "http://localhost", "database": "db", "username": "ada", **settings}
    with pytest.raises(ConfigurationError) as raised:
        OdooConfig(**given, password=SECRET, http_headers={"X-Token": SECRET})
    assert SECRET not in everything_shown(raised.value)


def test_11_a_url_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(ConfigurationError) as raised:
        OdooConfig(
            url=f"http://ada:{SECRET}@localhost",
            database="d",
            username="a",
            password="x",
        )
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("secret", [KEY, SECRET])
@pytest.mark.parametrize("protocol", ["auto", "web"])
def test_11_no_error_or_log_shows_a_secret(
    make_client: Callable[..., Any],
    stub: StubServer,
    caplog: pytest.LogCaptureFixture,
    mode: str,
    secret: str,
    protocol: str,
) -> None:
    caplog.set_level("DEBUG")
    shown = ""
    for answer in (
        html(502),
        html(401),
        html(200, f"you sent {secret}"),
        lambda handler: None,
        result(None),
    ):
        stub.routes = {"/": answer}
        client = make_client(
            stub_config(stub, secret, timeout=0.3, protocol=protocol), mode
        )
        for act in (
            lambda c: c.create("res.partner", {"name": "x"}),
            lambda c: c.create("res.partner", {"name": {1, 2}}),
        ):
            try:
                act(client)
            except VodooError as error:
                shown += everything_shown(error)
        stub.routes = {}
        try:
            client.get_uid()
            stub.routes = {"/": answer}
            client.create("res.partner", {"name": "x"})
        except VodooError as error:
            shown += everything_shown(error)
    assert shown
    for line in shown.splitlines():
        assert secret not in line, line
    assert secret not in caplog.text


# 13, 14, 15


def test_14_the_callers_context_is_left_alone(client: Any) -> None:
    context = {"lang": "en_US"}
    client.execute_sudo("res.partner", "search", 2, [], limit=1, context=context)
    assert context == {"lang": "en_US"}


def test_15_no_cookie_is_kept(
    make_client: Callable[..., Any], stub: StubServer
) -> None:
    for mode in ("sync", "async"):
        client = make_client(stub_config(stub, KEY), mode)
        stub.script = [reply([], Set_Cookie="session_id=abc; Path=/")]
        client.search("res.partner")
        client.search("res.partner")
        assert "cookie" not in stub.calls[-1].headers


# 16: settings


def test_16_timeout_and_tls_can_be_set(tmp_path: Any) -> None:
    config = OdooConfig(
        url="http://localhost",
        database="db",
        username="ada",
        password="x",
        timeout=3.5,
        verify=False,
        proxy="http://localhost:3128",
        max_concurrency=4,
    )
    assert (config.timeout, config.verify, config.max_concurrency) == (3.5, False, 4)


def test_a_message_that_is_for_the_user_is_one(client: Any) -> None:
    with pytest.raises(OdooUserError):
        client.unlink("res.users", [client.uid])
