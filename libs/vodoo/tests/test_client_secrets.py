# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""No secret is shown, kept or sent elsewhere."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from vodoo import ConfigurationError, OdooConfig, VodooError
from vodoo_support.clients import stub_config
from vodoo_support.stub_server import KEY, StubServer, html, reply, result

SECRET = "Hunter2-and-more"
# the session cookie of the stub
SESSION = "s3ss10n"


def everything_shown(error: BaseException) -> str:
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    # The frames of the tests hold the secret.
    for level in iter_levels(shown):
        level.stack[:] = [f for f in level.stack if "/src/vodoo/" in f.filename]
    return "".join(shown.format()) + repr(error) + str(error) + repr(vars(error))


def iter_levels(
    shown: traceback.TracebackException | None,
) -> Iterator[traceback.TracebackException]:
    while shown is not None:
        yield shown
        shown = shown.__cause__ or shown.__context__


def test_a_config_shows_no_secret() -> None:
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
def test_a_config_that_fails_shows_no_secret(settings: dict[str, Any]) -> None:
    given = {"url": "http://localhost", "database": "db", "username": "ada", **settings}
    with pytest.raises(ConfigurationError) as raised:
        OdooConfig(**given, password=SECRET, http_headers={"X-Token": SECRET})
    assert SECRET not in everything_shown(raised.value)


def test_a_url_with_a_password_is_refused_without_repeating_it() -> None:
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
def test_no_error_or_log_shows_a_secret(
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
    assert protocol != "web" or "set-cookie" in caplog.text.lower()
    assert SESSION not in caplog.text


def test_no_cookie_is_kept(make_client: Callable[..., Any], stub: StubServer) -> None:
    for mode in ("sync", "async"):
        client = make_client(stub_config(stub, KEY), mode)
        stub.script = [reply([], Set_Cookie="session_id=abc; Path=/")]
        client.search("res.partner")
        client.search("res.partner")
        assert "cookie" not in stub.calls[-1].headers


def test_timeout_and_tls_can_be_set(tmp_path: Any) -> None:
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
