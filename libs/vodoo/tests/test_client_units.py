# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The parts that decide, without any I/O."""

from __future__ import annotations

import ast
import asyncio
import datetime
import importlib.util
import inspect
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from vodoo import (
    HTML,
    ArgumentMappingError,
    AsyncOdooClient,
    AsyncOdooTransport,
    Cmd,
    Markdown,
    OdooClient,
    OdooConfig,
    OdooTransport,
    Outcome,
    RetryConfig,
    ServerUnavailableError,
    TransportError,
    ValueEncodingError,
    errors,
)
from vodoo.bulk import KeysetPages, chunks, grouped_updates
from vodoo.error_table import (
    ERROR_BY_EXCEPTION,
    ERROR_BY_STATUS,
    error_class_of,
    redact,
    server_error,
    status_error,
)
from vodoo.exchange import exchange
from vodoo.files import attachment_batches, safe_name
from vodoo.json_2 import JSON2, looks_like_api_key
from vodoo.json_rpc import JSONRPC
from vodoo.operation import Operation, Send, Sleep, operation
from vodoo.retry import may_repeat, retry_after_seconds, wait_seconds
from vodoo.secret import Secret
from vodoo.signatures import STANDARD_SIGNATURES, Signature, named, positional
from vodoo.values import encode_value, to_bytes, to_date, to_datetime, to_json
from vodoo.version import major_version
from vodoo.wire import Call, Credentials, Login, Request, Response
from vodoo_support.clients import config_for
from vodoo_support.odoo_server import OdooServer

CREDENTIALS = Credentials("http://localhost", "db", "ada", Secret("secret"))


# values


def test_dates_are_sent_as_odoo_takes_them() -> None:
    cet = datetime.timezone(datetime.timedelta(hours=1))
    aware = datetime.datetime(2026, 1, 1, 0, 30, 5, 999, tzinfo=cet)
    assert encode_value(aware) == "2025-12-31 23:30:05"
    assert encode_value(aware.replace(tzinfo=None)) == "2026-01-01 00:30:05"
    assert encode_value(aware.date()) == "2026-01-01"


def test_values_at_any_depth() -> None:
    values = {
        "lines": [Cmd.create({"d": datetime.date(2026, 1, 2), "n": Decimal("1.5")})]
    }
    assert to_json(values) == '{"lines":[[0,0,{"d":"2026-01-02","n":1.5}]]}'
    assert to_json({"b": b"x", "h": HTML("<i>"), "e": "é👩"}) == (
        '{"b":"eA==","h":"<i>","e":"é👩"}'
    )


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"a": [1, {"b": object()}]}, r"type object at \['a'\]\[1\]\['b'\]"),
        ({"a": float("inf")}, r"number inf at \['a'\]"),
        ({(1, 2): 3}, r"key \(1, 2\)"),
        (["\udc00"], r"surrogate pair at \[0\]"),
    ],
)
def test_what_has_no_form_in_json_is_placed(value: Any, told: str) -> None:
    with pytest.raises(ValueEncodingError, match=told):
        to_json(value)


def test_a_value_that_contains_itself_is_told() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(ValueEncodingError, match="containing itself"):
        to_json(loop)


def test_markdown() -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |"
    assert "<table>" in Markdown(table).to_html()
    assert Markdown("one\ntwo").to_html() == "<p>one<br />\ntwo</p>"


def test_commands() -> None:
    assert Cmd.update(1, {"a": 2}) == (1, 1, {"a": 2})
    assert [Cmd.delete(1), Cmd.unlink(1), Cmd.link(1)] == [
        (2, 1, 0),
        (3, 1, 0),
        (4, 1, 0),
    ]
    assert [Cmd.clear(), Cmd.set([1, 2])] == [(5, 0, 0), (6, 0, [1, 2])]


def test_values_are_read_back() -> None:
    utc = datetime.timezone.utc
    assert to_datetime("2026-01-02 03:04:05") == datetime.datetime(
        2026, 1, 2, 3, 4, 5, tzinfo=utc
    )
    assert to_date("2026-01-02") == datetime.date(2026, 1, 2)
    assert to_bytes("eA==") == b"x"


# the table of errors


def exceptions_of_odoo() -> list[str]:
    """Return the names in ``odoo.exceptions``, read without importing Odoo."""
    candidates = [os.environ.get("CONNECTOR_ODOO_PATH", ""), *sys.path]
    for folder in candidates:
        file = Path(folder) / "odoo" / "exceptions.py"
        if folder and file.is_file():
            tree = ast.parse(file.read_text())
            return [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    pytest.skip("NO ODOO, NOT TESTED: odoo.exceptions is not to be found")


def test_every_exception_of_odoo_has_an_error() -> None:
    for name in exceptions_of_odoo():
        assert f"odoo.exceptions.{name}" in ERROR_BY_EXCEPTION, name


def test_every_exception_and_status_gives_an_error() -> None:
    for name, expected in ERROR_BY_EXCEPTION.items():
        if not name.endswith("."):
            assert type(server_error(0, {"name": name, "message": "x"})) is expected
    assert error_class_of("psycopg2.errors.SomethingNew", "") is errors.OdooServerError
    assert error_class_of("somebody.elses.Error", "") is errors.OdooServerError
    assert error_class_of("", "") is errors.OdooServerError


@pytest.mark.parametrize(
    ("name", "message", "expected"),
    [
        # as Odoo 14 and Odoo 19 say it
        (
            "odoo.exceptions.UserError",
            "Object a.b doesn't exist",
            errors.UnknownModelError,
        ),
        (
            "werkzeug.exceptions.NotFound",
            "the model 'a.b' does not exist",
            errors.UnknownModelError,
        ),
        (
            "builtins.AttributeError",
            "type object 'a.b' has no attribute 'c'",
            errors.UnknownMethodError,
        ),
        (
            "builtins.AttributeError",
            "The method 'a.b.c' does not exist",
            errors.UnknownMethodError,
        ),
        (
            "builtins.AttributeError",
            "'bool' object has no attribute 'id'",
            errors.OdooServerError,
        ),
    ],
)
def test_unknown_models_and_methods_are_told_from_bugs(
    name: str, message: str, expected: type[Exception]
) -> None:
    assert error_class_of(name, message) is expected


def test_every_status_gives_an_error() -> None:
    for status in range(200, 600):
        error = status_error(status, "text/html", "<p>x</p>")
        assert type(error) is ERROR_BY_STATUS.get(status, errors.ProtocolError)
        if 400 <= status < 500 and status != 408:
            assert error.outcome is Outcome.NOT_DONE
        if status >= 500:
            assert error.outcome is Outcome.UNKNOWN


def test_each_error_of_the_tree_stands_in_its_picture() -> None:
    picture = inspect.getdoc(errors) or ""
    for name, found in vars(errors).items():
        if isinstance(found, type) and issubclass(found, Exception):
            assert name in picture, name


def test_errors_carry_what_is_known_and_hide_the_traceback() -> None:
    found = {"name": "odoo.exceptions.UserError", "message": "No!", "debug": "Trace"}
    error = server_error(200, found)
    assert isinstance(error, errors.OdooUserError)
    assert (error.message, error.code, error.name) == ("No!", 200, found["name"])
    assert error.server_traceback == "Trace"
    assert "Trace" not in f"{error} {error!r} {error.data}"


def test_errors_survive_pickling() -> None:
    error = server_error(0, {"name": "odoo.exceptions.MissingError", "message": "Gone"})
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.data) == (type(error), "Gone", error.data)
    missing = errors.RecordNotFoundError("res.partner", 5)
    again = pickle.loads(pickle.dumps(missing))
    assert (again.model, again.record_id, str(again)) == (
        "res.partner",
        5,
        str(missing),
    )


def test_published_relations_of_errors() -> None:
    for child, parent in {
        errors.OdooUserError: errors.TransportError,
        errors.OdooAccessDeniedError: errors.OdooUserError,
        errors.OdooAccessError: errors.OdooUserError,
        errors.OdooMissingError: errors.OdooUserError,
        errors.OdooValidationError: errors.OdooUserError,
        errors.TransportError: errors.VodooError,
    }.items():
        assert issubclass(child, parent)
    assert TransportError("x").code == -1
    assert issubclass(errors.RequestTimeoutError, TimeoutError)


def test_an_echoed_secret_is_blotted_out() -> None:
    error = TransportError("it is s3cr3t-key!", data={"arguments": ["s3cr3t-key"]})
    redact(error, ["s3cr3t-key"])
    assert "s3cr3t" not in f"{error} {error!r} {error.data}"
    assert (
        str(redact(TransportError("the administrator"), ["admin"]))
        == "the administrator"
    )


# retries


@pytest.mark.parametrize(
    ("error_class", "repeatable", "expected"),
    [
        (errors.ConnectionFailedError, False, True),
        (errors.ConcurrencyError, False, True),
        (errors.ConnectionLostError, False, False),
        (errors.ConnectionLostError, True, True),
        (errors.RequestTimeoutError, False, False),
        (errors.RequestTimeoutError, True, True),
        (errors.ServerUnavailableError, False, False),
        (errors.ServerUnavailableError, True, True),
        (errors.OdooUserError, True, False),
        (errors.ProtocolError, True, False),
        (errors.AuthenticationError, True, False),
    ],
)
def test_what_may_be_sent_again(
    error_class: type[errors.VodooError], repeatable: bool, expected: bool
) -> None:
    assert may_repeat(error_class("x"), repeatable) is expected


def wait(error: errors.VodooError, attempt: int = 0, **settings: Any) -> float | None:
    options: dict[str, Any] = {"elapsed_seconds": 0, "random": lambda: 0.0, **settings}
    retry = options.pop("retry", RetryConfig(max_retries=10))
    return wait_seconds(
        error,
        attempt=attempt,
        repeatable=True,
        timeout_seconds=30,
        retry=retry,
        **options,
    )


def test_waits_double_up_to_a_limit_with_jitter() -> None:
    error = errors.ConnectionFailedError("x")
    assert [wait(error, attempt) for attempt in (0, 1, 2, 9)] == [0.5, 1, 2, 30]
    assert wait(error, 2, random=lambda: 1.0) == 1
    assert wait(error, 10) is None
    assert RetryConfig().delay(1000) == 30


def test_the_servers_wish_and_the_deadline() -> None:
    error = ServerUnavailableError("x")
    error.retry_after_seconds = 7
    assert wait(error) == 7
    assert wait(error, retry=RetryConfig(deadline=6)) is None
    assert wait(error, elapsed_seconds=119) is None
    assert RetryConfig().deadline_seconds(600) == 1200


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after_seconds("3") == 3
    assert retry_after_seconds("Thu, 01 Jan 1970 00:01:00 GMT", lambda: 50.0) == 10
    assert retry_after_seconds("Thu, 01 Jan 1970 00:01:00 GMT", lambda: 90.0) == 0
    assert retry_after_seconds("soon") is None
    assert retry_after_seconds(None) is None


def test_an_exchange_without_any_io() -> None:
    now = [0.0]
    steps = exchange(
        Request("POST", "http://x"),
        lambda response: response.status,
        repeatable=True,
        retry=RetryConfig(deadline=10),
        timeout_seconds=30,
        clock=lambda: now[0],
        random=lambda: 0.0,
    )
    first = next(steps)
    assert isinstance(first, Send)
    assert first.request.timeout_seconds == 10
    now[0] = 4
    assert steps.throw(errors.RequestTimeoutError("slow")) == Sleep(0.5)
    second = next(steps)
    assert isinstance(second, Send)
    assert second.request.timeout_seconds == 5.5
    with pytest.raises(StopIteration) as stopped:
        steps.send(Response(200, {}, b""))
    assert stopped.value.value == 200


# signatures


def test_positional_arguments_are_named() -> None:
    signature = STANDARD_SIGNATURES["write"]
    assert named("m", "write", [[1], {"a": 1}], {"context": {}}, signature) == {
        "ids": [1],
        "vals": {"a": 1},
        "context": {},
    }
    assert named("m", "x", [5], {}, Signature((), on_records=True)) == {"ids": [5]}
    with pytest.raises(ArgumentMappingError, match="m.search: 'domain'|given twice"):
        named("m", "search", [[]], {"domain": []}, STANDARD_SIGNATURES["search"])


def test_named_arguments_for_the_legacy_protocol() -> None:
    assert positional("write", (), {"ids": (1, 2), "vals": {}}) == (
        [[1, 2]],
        {"vals": {}},
    )
    assert positional("search", [], {"ids": 1}) == ([], {"ids": 1})
    assert positional("name_search", ["a"], {"args": [1], "context": {}}) == (
        ["a", [1], "ilike", 100],
        {"context": {}},
    )
    five = ["a", [], "ilike", 1, "uid"]
    assert positional("name_search", five, {}) == (five, {})


def test_the_standard_signatures_are_the_servers(
    odoo: OdooServer, make_client: Callable[..., Any]
) -> None:
    import httpx2

    headers = {"Authorization": f"bearer {odoo.api_key()}"}
    url = f"{odoo.url}/doc-bearer/res.partner.json"
    methods = httpx2.get(url, headers=headers, timeout=60).json()["methods"]
    checked = 0
    for name, signature in STANDARD_SIGNATURES.items():
        if name not in methods:
            continue
        parameters = methods[name]["parameters"]
        given = [
            p for p, spec in parameters.items() if "VAR" not in spec.get("kind", "")
        ]
        assert list(signature.parameters) == given[: len(signature.parameters)], name
        assert signature.on_records is ("model" not in methods[name].get("api", ())), (
            name
        )
        checked += 1
    assert checked > 20


# protocols


def test_requests_of_the_protocols() -> None:
    call = Call("res.partner", "read", [[1]], {"fields": ["name"]})
    request = JSONRPC(CREDENTIALS).call_request(call, Login(7))
    assert request.url == "http://localhost/jsonrpc"
    assert request.content == (
        b'{"jsonrpc":"2.0","method":"call","id":1,"params":{"service":"object",'
        b'"method":"execute_kw","args":["db",7,"secret","res.partner","read",[[1]],'
        b'{"fields":["name"]}]}}'
    )
    call = Call("res.partner", "read", (), {"ids": [1]})
    request = JSON2(CREDENTIALS).call_request(call, None)
    assert request.url == "http://localhost/json/2/res.partner/read"
    assert request.headers["Authorization"] == "bearer secret"
    assert request.headers["X-Odoo-Database"] == "db"
    assert request.content == b'{"ids":[1]}'
    assert "secret" not in repr(request)


def test_a_name_cannot_lead_to_another_path() -> None:
    call = Call("../../web", "a/b?c#d", (), {})
    url = JSON2(CREDENTIALS).call_request(call, None).url
    assert url == "http://localhost/json/2/..%2F..%2Fweb/a%2Fb%3Fc%23d"


def test_an_error_that_is_a_bare_string() -> None:
    headers = {"content-type": "application/json"}
    answer = Response(422, headers, b'"It says so."')
    with pytest.raises(errors.OdooServerError, match="It says so"):
        JSON2(CREDENTIALS).read_call(answer, Call("m", "x"))


def test_api_keys_are_told_from_passwords() -> None:
    assert looks_like_api_key("0123456789abcdef0123456789abcdef01234567")
    for password in ("admin", "", "0" * 39, "0" * 41, "G" * 40):
        assert not looks_like_api_key(password)


def test_versions() -> None:
    versions = {"saas~18.4": 18, 19: 19, "17.0": 17, "": 0}
    assert {version: major_version(version) for version in versions} == versions


# operations


def test_an_operation_is_sync_or_async_as_its_client_is() -> None:
    config = OdooConfig(
        url="http://localhost", database="d", username="u", password="p"
    )

    async def async_client() -> None:
        async with AsyncOdooClient(config) as client:
            assert inspect.iscoroutinefunction(client.search)
            assert client.search.__doc__ == OdooClient.search.__doc__
            assert client.search is client.search
            for early in ("uid", "transport", "is_json2"):
                with pytest.raises(RuntimeError):
                    getattr(client, early)

    asyncio.run(async_client())
    with OdooClient(config) as client:
        assert not inspect.iscoroutinefunction(client.search)
        assert list(inspect.signature(client.generic.delete).parameters)[-2:] == [
            "model",
            "record_id",
        ]
    assert inspect.isgeneratorfunction(OdooClient.search)


def test_both_clients_have_the_same_methods() -> None:
    own = {"aclose", "__aenter__", "__aexit__", "__enter__", "__exit__"}
    assert set(dir(OdooClient)) - own == set(dir(AsyncOdooClient)) - own
    assert isinstance(vars(OdooClient.__mro__[1])["get_uid"], operation)


class OwnTransport(OdooTransport):
    """A transport as an application may write it."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Any] = []

    def authenticate(self) -> int:
        return 5

    def execute_kw(self, model: str, method: str, args: Any, kwargs: Any = None) -> Any:
        self.calls.append((model, method, args, kwargs))
        if method == "fields_get":
            return {"flag": {"type": "boolean"}, "name": {"type": "char"}}
        return [{"id": 1, "flag": False, "name": False}]


class OwnAsyncTransport(AsyncOdooTransport):
    async def authenticate(self) -> int:
        return 5

    async def execute_kw(
        self, model: str, method: str, args: Any, kwargs: Any = None
    ) -> Any:
        await asyncio.sleep(0)
        return [[3, "Three"]]


def test_a_transport_of_ones_own() -> None:
    config = OdooConfig(
        url="http://localhost", database="d", username="u", password="p"
    )
    transport = OwnTransport()
    with OdooClient(config, transport=transport) as client:
        assert client.uid == 5
        assert client.is_json2 is False
        assert client.read("m", [1]) == [{"id": 1, "flag": False, "name": None}]
    assert transport.calls[0] == ("m", "read", [[1]], None)
    with pytest.raises(TransportError, match="no service"):
        transport.call_service("common", "version", [])

    async def call() -> Any:
        async with AsyncOdooClient(config, transport=OwnAsyncTransport()) as client:
            assert await client.get_uid() == 5
            return await client.name_search("m", "T")

    assert asyncio.run(call()) == [(3, "Three")]


def test_transports_by_themselves(odoo: OdooServer) -> None:
    from vodoo import JSON2Transport, LegacyTransport
    from vodoo.aio.transport import AsyncJSON2Transport

    access = (odoo.url, odoo.database, "admin")
    legacy = LegacyTransport(*access, odoo.password, timeout=60)
    assert legacy.authenticate() == 2
    assert legacy.call_service("common", "version", [])["protocol_version"] == 1
    (record,) = legacy.read("res.partner", [1], ["comment", "is_company"])
    assert record["comment"] is False
    legacy.close()
    json_2 = JSON2Transport(*access, odoo.api_key())
    assert json_2.execute_kw("res.partner", "search_count", [[["id", "=", 1]]]) == 1
    with pytest.raises(TransportError):
        json_2.call_service("common", "version", [])
    json_2.close()

    async def call() -> Any:
        transport = AsyncJSON2Transport(*access, odoo.api_key())
        try:
            return await transport.authenticate(), await transport.search("res.lang")
        finally:
            await transport.close()

    assert asyncio.run(call()) == (2, [1])


def test_auto_detect_off_means_legacy(
    odoo: OdooServer, make_client: Callable[..., Any]
) -> None:
    client = make_client(config_for(odoo, "json2"), auto_detect=False)
    assert client.is_json2 is False
    assert client.uid == 2


# many records


def test_pages_follow_the_key() -> None:
    asked: list[Any] = []

    def read_page(domain: list[Any]) -> Operation[list[dict[str, Any]]]:
        yield from ()
        asked.append(domain)
        return [{"id": 3}, {"id": 8}] if len(asked) == 1 else [{"id": 9}]

    pages = KeysetPages(read_page, [["a", "=", 1]], 2)
    found = []
    for _ in range(3):
        with pytest.raises(StopIteration) as stopped:
            next(pages.next_page())
        found.append([record["id"] for record in stopped.value.value])
    assert found == [[3, 8], [9], []]
    assert asked == [[["a", "=", 1]], [["a", "=", 1], ["id", ">", 8]]]
    with pytest.raises(ValueError, match="page_size"):
        KeysetPages(read_page, [], 0)


def test_chunks_and_groups() -> None:
    assert chunks([1, 2, 3], 2) == [(0, [1, 2]), (2, [3])]
    assert chunks([], 2) == []
    with pytest.raises(ValueError, match="chunk_size"):
        chunks([1], 0)
    updates = [(1, {"a": 1}), ([2, 3], {"a": 2}), (4, {"a": 1})]
    assert grouped_updates(updates) == [([1, 4], {"a": 1}), ([2, 3], {"a": 2})]
    assert grouped_updates({5: {"a": 1}}) == [([5], {"a": 1})]
    with pytest.raises(ValueError, match="record 4 stands twice"):
        grouped_updates([(4, {"a": 1}), ([3, 4], {"a": 2})])


# files


def test_names_of_files_are_safe() -> None:
    names = {
        "../../etc/passwd": "passwd",
        "C:\\Windows\\x.txt": "x.txt",
        "a\x00b.txt": "a_b.txt",
        "..": "attachment",
        "": "attachment",
        "con.txt": "attachment_con.txt",
        "ok name.pdf": "ok name.pdf",
    }
    assert {name: safe_name(name) for name in names} == names
    assert len(safe_name("x" * 500 + ".pdf")) <= 200


def test_attachments_are_read_in_bounded_batches() -> None:
    sizes = [10, 2**24, 5, 6]
    batches = attachment_batches(
        [{"id": n, "file_size": s} for n, s in enumerate(sizes)]
    )
    assert [[a["id"] for a in batch] for batch in batches] == [[0], [1], [2, 3]]


# the library as a whole


def test_it_needs_no_odoo_and_little_time() -> None:
    script = (
        "import sys, vodoo; "
        "heavy = {'odoo', 'asyncio', 'rich', 'markdown_it', 'argparse'}; "
        "print(sorted(heavy & sys.modules.keys()))"
    )
    source = Path(importlib.util.find_spec("vodoo").origin).parents[1]  # type: ignore
    environ = {**os.environ, "PYTHONPATH": str(source)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr
