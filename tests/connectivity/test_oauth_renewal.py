# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tokens are renewed once and none is lost, with a real provider and processes."""

import os
import signal
import time

import pytest
from oauth_support import (
    BACKEND,
    CLIENT_ID,
    PARTNER,
    create_backend,
    delete_backend,
    params_of,
    transaction,
)

from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

from odoo.addons.connector.components.credentials import BackendCredentials
from odoo.addons.connector.exception import BackendPaused, NetworkRetryableError
from odoo.addons.connector.http.auth.oauth_answer import GrantRefused
from odoo.addons.connector.http.auth.token_request import request_tokens
from odoo.addons.connector.http.errors import RestCredentialsRefusal
from odoo.addons.connector.tests.export_common import Child
from odoo.addons.queue_job.controllers.main import RunJobController

WORKERS = 8


@pytest.fixture
def provider(oauth_provider):
    oauth_provider.reset()
    return oauth_provider


@pytest.fixture
def backend_id(provider):
    """A backend that a person has connected."""
    backend_id = create_backend(provider)
    connect(provider, backend_id)
    yield backend_id
    delete_backend(backend_id)


@pytest.fixture
def service_id(provider):
    """A backend that has client credentials."""
    backend_id = create_backend(provider, f"{CLIENT_ID}-service")
    yield backend_id
    delete_backend(backend_id)


def connect(provider, backend_id):
    """Grant access, as a person does, and store the tokens."""
    with transaction() as env:
        backend = env[BACKEND].browse(backend_id)
        adapter = backend._oauth_adapter()
        auth = adapter._auth
        client = auth.read_client(BackendCredentials(backend, adapter._name))
        verifier = auth.make_verifier()
        page = auth.authorization_url(
            provider.url, client.id, provider.redirect_uri, "state", verifier
        )
        code = params_of(provider.answer(page))["code"]
        tokens = request_tokens(
            auth,
            auth.code_request(
                provider.url, client, code, provider.redirect_uri, verifier
            ),
        )
        env["connector.oauth.token"]._store(
            backend, auth, client.id, provider.url, tokens, is_new_grant=True
        )


def expire(backend_id):
    with transaction() as env:
        env.cr.execute(
            "UPDATE connector_oauth_token SET renew_at = now() AT TIME ZONE 'UTC'"
            " - interval '1 minute' WHERE backend_id = %s",
            (backend_id,),
        )


def held(backend_id, column="access_token"):
    with transaction() as env:
        env.cr.execute(
            f"SELECT {column} FROM connector_oauth_token WHERE backend_id = %s",  # noqa: S608
            (backend_id,),
        )
        found = env.cr.fetchone()
        return found and found[0]


def session_of(env, backend_id, usage="backend.adapter"):
    backend = env[BACKEND].browse(backend_id)
    work = backend.work_on(PARTNER).__enter__()
    return work.component(usage=usage).session


def read(env, backend_id, usage="backend.adapter"):
    """Read the protected resource; return the token that was sent."""
    session = session_of(env, backend_id, usage)
    assert session.call_json("GET", "/api/partners") == [{"id": 1, "name": "Ada"}]
    return session._token


def in_processes(function, count=WORKERS):
    """Run a function in processes that begin at the same time; return the outcomes."""

    def wait_and_run(env, parent):
        parent.tell("ready")
        parent.wait()
        return function(env)

    children = [Child(get_db_name(), wait_and_run) for _number in range(count)]
    try:
        assert [child.hear() for child in children] == ["ready"] * count
        for child in children:
            child.go_on()
        return [child.hear() for child in children]
    finally:
        for child in children:
            child.end()


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
    provider.control(delay=1)
    child = Child(get_db_name(), lambda env, parent: read(env, backend_id))
    while provider.asked("refresh_token") == 0:
        pass
    while provider.control()["access_tokens"] == 0:
        pass
    time.sleep(0.5)
    os.kill(child.pid, signal.SIGKILL)
    child.end()
    provider.control(delay=0)


@pytest.mark.long
def test_an_answer_that_was_lost_is_had_again_within_the_grace_period(
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


# -- the grant has ended -------------------------------------------------------


def test_a_revoked_grant_pauses_the_backend_and_is_asked_for_once(provider, backend_id):
    with transaction() as env:
        messages = env["mail.message"].search_count([])
    provider.control(revoke=True)
    expire(backend_id)
    assert set(in_processes(lambda env: read(env, backend_id))) == {"BackendPaused"}
    assert provider.asked("refresh_token") == 1
    with transaction() as env:
        backend = env[BACKEND].browse(backend_id)
        assert backend.state == "paused"
        assert "invalid_grant" in backend.pause_reason
        assert not backend.oauth_is_connected
        assert "Connect again" in backend.oauth_status
        assert env["mail.message"].search_count([]) == messages + 1
        message = env["mail.message"].search([], order="id desc", limit=1)
        assert message.subject == "OAuth was paused"


def test_jobs_wait_while_the_grant_is_missing_and_run_when_it_is_given(
    provider, backend_id
):
    def perform(uuid):
        with transaction() as env:
            env["queue.job"].search([("uuid", "=", uuid)]).state = "enqueued"
        with transaction() as env:
            job = RunJobController._acquire_job(env, uuid)
            RunJobController._runjob(env, job)
        with transaction() as env:
            job = env["queue.job"].search([("uuid", "=", uuid)])
            return job.state, job.sync_is_parked

    with transaction() as env:
        backend = env[BACKEND].browse(backend_id)
        uuid = env[PARTNER].with_delay().import_record(backend, "1").uuid
    provider.control(revoke=True)
    expire(backend_id)
    assert perform(uuid) == ("pending", True)
    assert perform(uuid) == ("pending", True)
    assert provider.asked("refresh_token") == 1
    with transaction() as env:
        reason = held(backend_id, "refused_reason")
        env[BACKEND].browse(backend_id)._handle_new_grant(reason)
    with transaction() as env:
        assert env[BACKEND].browse(backend_id).state == "production"
        job = env["queue.job"].search([("uuid", "=", uuid)])
        assert (job.state, job.sync_is_parked) == ("pending", False)


@pytest.mark.long
def test_another_pause_is_not_resumed_by_a_new_grant(provider, backend_id):
    with transaction() as env:
        backend = env[BACKEND].browse(backend_id)
        backend._pause("Similar records exist.")
        backend._handle_new_grant("invalid_grant")
        assert backend.state == "paused"


@pytest.mark.long
def test_a_draft_whose_grant_was_revoked_says_so(provider, backend_id):
    provider.control(revoke=True)
    expire(backend_id)
    with transaction() as env:
        env[BACKEND].browse(backend_id).state = "draft"
    with transaction() as env, pytest.raises(GrantRefused, match="invalid_grant"):
        read(env, backend_id)


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


# -- other systems -------------------------------------------------------------


@pytest.mark.long
def test_a_copy_of_the_database_uses_no_token(provider, backend_id):
    with transaction() as env:
        env.cr.execute(
            "UPDATE connector_oauth_token SET database = 'original uuid'"
            " WHERE backend_id = %s",
            (backend_id,),
        )
    with transaction() as env:
        backend = env[BACKEND].browse(backend_id)
        assert not backend.oauth_is_connected
        with pytest.raises(RestCredentialsRefusal, match="press Connect"):
            read(env, backend_id)
    assert provider.asked("refresh_token") == 0


@pytest.mark.long
@pytest.mark.parametrize("change", ["url", "oauth_client_id"])
def test_another_server_or_client_gets_no_token(provider, backend_id, change):
    with transaction() as env:
        backend = env[BACKEND].browse(backend_id)
        value = backend.url.replace("127.0.0.1", "localhost")
        backend[change] = value if change == "url" else "other"
        backend.new_oauth_client_secret = "secret"
        backend.state = "checked"
    with transaction() as env, pytest.raises(RestCredentialsRefusal, match="Connect"):
        read(env, backend_id)
    assert "/api/partners" not in provider.control()["requests"]


@pytest.mark.long
def test_the_tokens_of_a_deleted_backend_are_deleted(provider):
    backend_id = create_backend(provider)
    connect(provider, backend_id)
    assert held(backend_id)
    delete_backend(backend_id)
    assert held(backend_id) is None


def test_no_field_of_a_token_is_readable(backend_id):
    model = Registry(get_db_name())["connector.oauth.token"]
    assert {name for name, field in model._fields.items() if field.groups == "."} == {
        "access_token",
        "refresh_token",
    }
