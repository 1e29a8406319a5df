# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests and responses of the protocols, without any I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from vodoo import ArgumentMappingError
from vodoo import exceptions as errors
from vodoo._protocols import Call, Credentials, Login, Response
from vodoo._protocols.json2 import JSON2, looks_like_api_key
from vodoo._protocols.jsonrpc import JSONRPC, major_version
from vodoo._secret import Secret
from vodoo._signatures import STANDARD_SIGNATURES, Signature, named, positional
from vodoo_support.odoo_server import OdooServer

CREDENTIALS = Credentials("http://localhost", "db", "ada", Secret("secret"))


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


def test_api_keys_are_distinguished_from_passwords() -> None:
    assert looks_like_api_key("0123456789abcdef0123456789abcdef01234567")
    for password in ("admin", "", "0" * 39, "0" * 41, "G" * 40):
        assert not looks_like_api_key(password)


def test_the_major_version_is_read_from_every_spelling() -> None:
    versions = {"saas~18.4": 18, 19: 19, "17.0": 17, "": 0}
    assert {version: major_version(version) for version in versions} == versions
