# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A grant that has ended, or that is of another system."""

import pytest
from oauth_support import BACKEND, PARTNER, create_backend, delete_backend, transaction
from oauth_tokens import connect, connected_backend, expire, held, in_processes, read

from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

from odoo.addons.connector.http.auth.oauth_answer import GrantRefused
from odoo.addons.connector.http.errors import RestCredentialsRefusal
from odoo.addons.queue_job.controllers.main import RunJobController


@pytest.fixture
def backend_id(provider):
    with connected_backend(provider) as backend_id:
        yield backend_id


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
        assert message.subject.startswith("OAuth: Paused automatically: ")


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
