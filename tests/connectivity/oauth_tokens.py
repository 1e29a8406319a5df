# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A backend that a person has connected, its tokens, and processes that use them."""

from contextlib import contextmanager

from oauth_support import (
    BACKEND,
    PARTNER,
    create_backend,
    delete_backend,
    params_of,
    transaction,
)

from odoo.tests.common import get_db_name

from odoo.addons.connector.components.credentials import BackendCredentials
from odoo.addons.connector.http.auth.token_request import request_tokens
from odoo.addons.connector.tests.export_common import Child

WORKERS = 8


@contextmanager
def connected_backend(provider):
    """Create a backend that a person has connected; yield its id."""
    backend_id = create_backend(provider)
    connect(provider, backend_id)
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
