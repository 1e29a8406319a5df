# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever a server says, the client returns a value or raises an error of its own.

Without a server: the protocols read responses that hypothesis makes up.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vodoo._errors import ValueEncodingError, VodooError
from vodoo._protocols import Call, Credentials, Login, Response, retry_after_seconds
from vodoo._protocols.json2 import JSON2
from vodoo._protocols.jsonrpc import JSONRPC, read_version
from vodoo._protocols.web import WebSession
from vodoo._secret import Secret
from vodoo._values import to_json

EXAMPLES = [40, pytest.param(2500, marks=pytest.mark.long)]
PASSWORD = "correct horse battery"
CREDENTIALS = Credentials("https://odoo.example", "db", "ada", Secret(PASSWORD))

texts = st.text(st.characters(), max_size=40)  # control characters, lone surrogates
numbers = st.one_of(
    st.integers(), st.floats(), st.sampled_from([0, -1, 2**63, 10**400, True])
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)
    ),
    max_leaves=12,
)
deep = st.integers(1, 200_000).map(lambda depth: "[" * depth + "]" * depth)
NAMES = (
    "builtins.KeyError",
    "builtins.TypeError",
    "odoo.exceptions.AccessError",
    "odoo.exceptions.ValidationError",
    "odoo.http.SessionExpiredException",
    "psycopg2.OperationalError",
    "werkzeug.exceptions.NotFound",
)
error_objects = st.fixed_dictionaries(
    {},
    optional={
        "name": st.one_of(st.sampled_from(NAMES), values),
        "message": values,
        "arguments": values,
        "context": values,
        "debug": values,
    },
)
rpc_errors = st.fixed_dictionaries(
    {},
    optional={
        "code": values,
        "message": values,
        "data": st.one_of(error_objects, values),
    },
)
rpc_answers = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": values,
        "id": values,
        "result": st.one_of(
            values,
            st.fixed_dictionaries({"uid": values}),
            st.fixed_dictionaries({"server_version_info": values}),
        ),
        "error": st.one_of(rpc_errors, values),
    },
)
answers = st.one_of(
    values, rpc_answers, error_objects, st.fixed_dictionaries({"methods": values})
)


def halved(pair: tuple[bytes, int]) -> bytes:
    content, length = pair
    return content[: length % (len(content) + 1)]


json_bodies = answers.map(lambda answer: json.dumps(answer).encode())
bodies = st.one_of(
    json_bodies,
    st.tuples(json_bodies, st.integers(0, 10**6)).map(halved),
    st.binary(max_size=60),
    deep.map(str.encode),
    st.sampled_from(
        [b"", b"\x00", b"\xff\xfe", b"<html>502</html>", b'"\\ud800"', b"NaN"]
    ),
)
responses = st.builds(
    Response,
    status=st.one_of(
        st.sampled_from([200, 301, 401, 404, 409, 422, 429, 500, 502, 503]),
        st.integers(100, 599),
    ),
    headers=st.fixed_dictionaries(
        {},
        optional={
            "content-type": st.one_of(
                st.sampled_from(["application/json", "text/html; charset=utf-8"]), texts
            ),
            "retry-after": texts,
            "location": texts,
            "set-cookie": st.one_of(st.just("session_id=abc; Path=/"), texts),
        },
    ),
    content=bodies,
)


def check(examples: int, *arguments: Any) -> Any:
    """Run the decorated function on so many made-up arguments."""

    def run(function: Any) -> None:
        relaxed = settings(
            max_examples=examples,
            derandomize=examples < 100,  # the short form always says the same
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        relaxed(given(*arguments)(function))()

    return run


@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize("protocol_class", [JSONRPC, JSON2, WebSession])
def test_an_answer_to_a_call_is_a_value_or_an_error_of_ours(
    protocol_class: type[Any], examples: int
) -> None:
    protocol = protocol_class(CREDENTIALS)

    @check(examples, responses, st.sampled_from(["read", "create", "x"]))
    def read(response: Response, method: str) -> None:
        call = Call("res.partner", method, kwargs={"vals_list": {}})
        try:
            protocol.read_call(response, call)
        except VodooError as error:
            assert str(error)
        else:
            assert response.status == 200


@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize("protocol_class", [JSONRPC, JSON2, WebSession])
def test_a_login_is_a_user_or_an_error_of_ours(
    protocol_class: type[Any], examples: int
) -> None:
    protocol = protocol_class(CREDENTIALS)

    @check(examples, responses)
    def read(response: Response) -> None:
        try:
            login = protocol.read_login(response)
        except VodooError:
            return
        assert isinstance(login, Login)
        assert type(login.uid) is int and login.uid > 0


@pytest.mark.parametrize("examples", EXAMPLES)
def test_documentation_is_methods_or_an_error_of_ours(examples: int) -> None:
    @check(examples, responses)
    def read(response: Response) -> None:
        protocol = JSON2(CREDENTIALS)
        try:
            protocol.read_documentation(response, "m")
        except VodooError:
            pass
        assert protocol.is_documented(Call("m", "x")) in (True, False)


@pytest.mark.parametrize("examples", EXAMPLES)
def test_a_version_is_a_number_or_unknown(examples: int) -> None:
    @check(examples, responses)
    def read(response: Response) -> None:
        assert isinstance(read_version(response), int | None)


@pytest.mark.parametrize("examples", EXAMPLES)
def test_a_wait_is_a_number_of_seconds_or_none(examples: int) -> None:
    @check(examples, st.one_of(texts, numbers.map(str)))
    def read(header: str) -> None:
        seconds = retry_after_seconds(header)
        assert seconds is None or 0 <= seconds < float("inf")


@pytest.mark.parametrize("examples", EXAMPLES)
def test_what_is_sent_is_json_that_reads_back_or_is_refused(examples: int) -> None:
    @check(examples, values)
    def send(value: Any) -> None:
        try:
            text = to_json(value)
        except ValueEncodingError as error:
            assert str(error)
            return
        assert json.loads(text.encode()) == value
