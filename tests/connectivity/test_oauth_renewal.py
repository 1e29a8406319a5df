# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tokens are renewed once and none is lost, with a real provider and processes."""

import os
import signal
import time

import pytest
from oauth_support import (
    BACKEND,
    CLIENT_ID,
    create_backend,
    delete_backend,
    transaction,
)
from oauth_tokens import connected_backend, expire, held, in_processes, read, session_of

from odoo.tests.common import get_db_name

from odoo.addons.connector.exception import BackendPaused, NetworkRetryableError
from odoo.addons.connector.http.auth.oauth_answer import GrantRefused
from odoo.addons.connector.http.errors import RestCredentialsRefusal
from odoo.addons.connector.tests.export_common import Child


@pytest.fixture
def backend_id(provider):
    with connected_backend(provider) as backend_id:
        yield backend_id


@pytest.fixture
def service_id(provider):
    """A backend that has client credentials."""
    backend_id = create_backend(provider, f"{CLIENT_ID}-service")
    yield backend_id
    delete_backend(backend_id)


# -- once ----------------------------------------------------------------------


def test_workers_that_find_a_token_expired_renew_it_once(provider, backend_id):
    before = held(backend_id)
    expire(backend_id)
    provider.control(delay=0.3)
    sent = in_processes(lambda env: read(env, backend_id))
    assert set(sent) == {held(backend_id)}
    assert held(backend_id) != before
    assert provider.asked("refresh_token") == 1


def test_workers_with_client_credentials_ask_for_one_token(provider, service_id):
    sent = in_processes(lambda env: read(env, service_id, "service.adapter"))
    assert set(sent) == {held(service_id)}
    assert provider.asked("client_credentials") == 1


@pytest.mark.long
def test_workers_whose_token_is_rejected_renew_it_once(provider, backend_id):
    provider.control(revoke_access=True)
    sent = in_processes(lambda env: read(env, backend_id), 4)
    assert set(sent) == {held(backend_id)}
    assert provider.asked("refresh_token") == 1


def test_a_valid_token_is_used_without_a_request_to_the_provider(provider, backend_id):
    with transaction() as env:
        session = session_of(env, backend_id)
        session.call_json("GET", "/api/partners")
        count = env.cr.sql_log_count
        session.call_json("GET", "/api/partners")
        assert env.cr.sql_log_count == count
    assert provider.asked("refresh_token") == 0


@pytest.mark.long
def test_a_token_that_ends_during_a_job_is_renewed(provider, backend_id):
    provider.control(lifetime=1)
    expire(backend_id)
    with transaction() as env:
        session = session_of(env, backend_id)
        session.call_json("GET", "/api/partners")
        first = session._token
        session._tokens._valid_until = 0
        expire(backend_id)
        session.call_json("GET", "/api/partners")
        assert session._token != first
    assert provider.asked("refresh_token") == 2


@pytest.mark.long
def test_a_token_that_stays_rejected_is_replaced_once(provider, backend_id):
    with transaction() as env:
        session = session_of(env, backend_id)
        for _attempt in range(3):
            with pytest.raises(RestCredentialsRefusal) as caught:
                session.call_json("GET", "/api/closed")
            assert session._token not in str(caught.value)
    assert provider.asked("refresh_token") == 1
    assert provider.control()["requests"]["/api/closed"] == 4


# -- nothing is lost -----------------------------------------------------------


def test_a_rollback_keeps_the_renewed_token(provider, backend_id):
    expire(backend_id)
    with pytest.raises(ZeroDivisionError), transaction() as env:
        sent = read(env, backend_id)
        env[BACKEND].browse(backend_id).name = "Changed"
        _ = 1 / 0
    assert held(backend_id) == sent
    with transaction() as env:
        assert env[BACKEND].browse(backend_id).name == "OAuth"
        read(env, backend_id)


def test_a_job_that_has_locked_its_backend_renews(provider, backend_id):
    expire(backend_id)
    with transaction() as env:
        backend = env[BACKEND].browse(backend_id)
        backend.name = "Changed"
        backend.flush_recordset()
        read(env, backend_id)
    assert provider.asked("refresh_token") == 1


def test_a_killed_worker_keeps_the_renewed_token(provider, backend_id):
    expire(backend_id)

    def renew(env, parent):
        env[BACKEND].browse(backend_id).name = "Changed"
        env.flush_all()
        parent.tell(read(env, backend_id))
        parent.wait()

    child = Child(get_db_name(), renew)
    sent = child.hear()
    os.kill(child.pid, signal.SIGKILL)
    child.end()
    assert held(backend_id) == sent
    provider.control(revoke_access=True)
    with transaction() as env:
        assert read(env, backend_id) != sent
    assert provider.asked("refresh_token") == 2


def kill_during_renewal(provider, backend_id):
    """Kill a worker after the provider did its work, before it answers."""
    expire(backend_id)
    provider.control(delay=30)
    child = Child(get_db_name(), lambda env, parent: read(env, backend_id))
    deadline = time.monotonic() + 100
    while not provider.control()["delayed"]:
        assert time.monotonic() < deadline, "the provider was not asked"
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.end()
    provider.control(delay=0)


@pytest.mark.long
def test_an_answer_that_was_lost_is_repeated_within_the_grace_period(
    provider, backend_id
):
    provider.control(grace=60)
    kill_during_renewal(provider, backend_id)
    with transaction() as env:
        read(env, backend_id)
    assert provider.asked("refresh_token") == 2


def test_an_answer_that_was_lost_without_a_grace_period_asks_a_person(
    provider, backend_id
):
    kill_during_renewal(provider, backend_id)
    with transaction() as env, pytest.raises(BackendPaused, match="granted again"):
        read(env, backend_id)
    with transaction() as env:
        assert env[BACKEND].browse(backend_id).state == "paused"


# -- answers of the provider ---------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        ({"status": 503, "body": "{}"}, NetworkRetryableError, "503"),
        (
            {"status": 429, "headers": {"Retry-After": "77"}, "body": "{}"},
            NetworkRetryableError,
            "429",
        ),
        (
            {"type": "text/html", "body": "<html>Log in</html>"},
            RestCredentialsRefusal,
            "not a JSON object",
        ),
        ({"status": 404, "body": "{}"}, RestCredentialsRefusal, "404"),
        (
            {"status": 302, "headers": {"Location": "/elsewhere"}},
            RestCredentialsRefusal,
            "302",
        ),
        (
            {"status": 401, "body": '{"error": "invalid_client"}'},
            RestCredentialsRefusal,
            "client secret",
        ),
    ],
    ids=["unavailable", "limited", "html", "missing", "redirect", "client"],
)
def test_an_answer_without_a_token_keeps_the_refresh_token(
    provider, backend_id, answer, error, text
):
    refresh_token = held(backend_id, "refresh_token")
    expire(backend_id)
    provider.control(answer=answer)
    with transaction() as env:
        session = session_of(env, backend_id)
        for _attempt in range(2):
            with pytest.raises(error, match=text) as caught:
                session.call_json("GET", "/api/partners")
            assert refresh_token not in str(caught.value)
        assert type(caught.value) is not GrantRefused
    if error is NetworkRetryableError:  # the provider is not asked again immediately
        assert provider.asked("refresh_token") == 1
    if "Retry-After" in answer.get("headers", {}):
        assert caught.value.seconds == 77
    assert held(backend_id, "refresh_token") == refresh_token
    provider.control(answer=None)
    with transaction() as env:
        read(env, backend_id)


@pytest.mark.long
def test_a_token_without_an_end_is_used_until_it_is_rejected(provider, backend_id):
    body = '{"access_token": "endless", "token_type": "bearer"}'
    provider.control(answer={"body": body})
    expire(backend_id)
    refresh_token = held(backend_id, "refresh_token")
    with transaction() as env:
        session = session_of(env, backend_id)
        assert session._tokens.current() == "endless"
    assert held(backend_id, "expires_at") is None
    # the answer has no refresh token: the one before is still good
    assert held(backend_id, "refresh_token") == refresh_token
    provider.control(answer=None)
    with transaction() as env:
        read(env, backend_id)
    assert held(backend_id) != "endless"
