# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""*Connect* and *Disconnect*: a real Odoo server, a real provider, and a browser."""

import pytest
import requests
from devtools.environment import Environment
from devtools.odoo_server import OdooServer
from oauth_browser import MANAGER, PASSWORD, Browser, assert_refused, connect
from oauth_support import (
    BACKEND,
    CALLBACK_PATH,
    CLIENT_SECRET,
    PARTNER,
    create_backend,
    delete_backend,
    params_of,
    transaction,
)

from odoo.tests.common import get_db_name


@pytest.fixture(scope="module")
def odoo(odoo_port):
    """An Odoo server on the database of the tests, with a manager of connectors."""
    with transaction() as env:
        users = [
            env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": login,
                    "login": login,
                    "password": PASSWORD,
                    "email": f"{login}@example.com",
                    "group_ids": [(6, 0, [env.ref(group).id for group in groups])],
                }
            )
            for login, groups in (
                (MANAGER, ["base.group_user", "connector.group_connector_manager"]),
                ("oauth_user", ["base.group_user"]),
            )
        ]
        ids = [user.id for user in users]
        parameters = env["ir.config_parameter"]
        base_url = parameters.get_param("web.base.url")
        parameters.set_param("web.base.url", f"http://127.0.0.1:{odoo_port}")
    with OdooServer(Environment.current(), get_db_name(), port=odoo_port) as server:
        yield server
    with transaction() as env:
        users = env["res.users"].browse(ids)
        partners = users.partner_id
        users.unlink()
        partners.unlink()  # other tests count the contacts
        env["ir.config_parameter"].set_param("web.base.url", base_url)


@pytest.fixture
def backend_id(provider, odoo):
    backend_id = create_backend(provider)
    with transaction() as env:
        env[BACKEND].browse(backend_id).state = "draft"
    yield backend_id
    delete_backend(backend_id)


# a login takes seconds: Odoo hashes passwords slowly, on purpose
@pytest.fixture(scope="module")
def browser(odoo):
    return Browser(odoo)


@pytest.fixture(scope="module")
def other_browser(odoo):
    return Browser(odoo, "oauth_user")


def test_a_person_connects_and_the_backend_works(browser, provider, backend_id):
    assert browser.status(backend_id)["oauth_status"] == "Not connected"
    with pytest.raises(RuntimeError, match="OAuth is not connected: press Connect"):
        browser.call(backend_id, "button_check_connection")
    url = browser.press_connect(backend_id)
    asked = params_of(url)
    assert asked["redirect_uri"] == provider.redirect_uri
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "read write"
    answer = browser.open(provider.answer(url))
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/odoo/{BACKEND}/{backend_id}")
    status = browser.status(backend_id)
    assert status["oauth_is_connected"]
    assert status["oauth_status"].startswith("Connected since")
    browser.call(backend_id, "button_check_connection")
    assert browser.status(backend_id)["state"] == "checked"


def test_neither_code_nor_state_nor_token_is_logged(
    browser, provider, backend_id, odoo
):
    url = provider.answer(browser.press_connect(backend_id))
    browser.open(url)
    log = odoo.log_path.read_text()
    assert f"{CALLBACK_PATH}?code=***" in log
    with transaction() as env:
        env.cr.execute(
            "SELECT access_token, refresh_token FROM connector_oauth_token"
            " WHERE backend_id = %s",
            (backend_id,),
        )
        tokens = env.cr.fetchone()
    for secret in (*params_of(url).values(), *tokens, CLIENT_SECRET):
        assert secret not in log


@pytest.mark.long
def test_a_user_reads_neither_secret_nor_token(browser, provider, backend_id):
    connect(browser, provider, backend_id)
    with pytest.raises(RuntimeError):
        browser.call(backend_id, "read", ["oauth_client_secret"])
    for model in ("connector.oauth.token", "connector.oauth.request"):
        with pytest.raises(RuntimeError):
            browser.rpc(
                f"/web/dataset/call_kw/{model}/search_read",
                model=model,
                method="search_read",
                args=[[]],
                kwargs={},
            )


def test_an_answer_is_taken_once(browser, provider, backend_id):
    url = provider.answer(browser.press_connect(backend_id))
    assert browser.open(url).status_code == 303
    assert_refused(browser.open(url), "answered already")
    assert provider.asked("authorization_code") == 1
    assert browser.status(backend_id)["oauth_is_connected"]


def test_a_forged_state_is_refused(browser, provider, backend_id):
    url = provider.answer(browser.press_connect(backend_id))
    state = params_of(url)["state"]
    middle = len(state) // 2
    other = "0" if state[middle] != "0" else "1"
    changed = f"{state[:middle]}{other}{state[middle + 1 :]}"
    forged = [changed, "x" + state, "é", ""]
    for each in forged:
        answer = browser.session.get(
            f"{browser.url}{CALLBACK_PATH}",
            params={"code": "a", "state": each},
            timeout=60,
        )
        assert_refused(answer, "does not know this request")
    assert provider.asked("authorization_code") == 0
    assert browser.open(url).status_code == 303


@pytest.mark.long
def test_the_answer_of_another_session_is_refused(
    browser, other_browser, provider, backend_id
):
    for other in (requests.Session(), other_browser.session):
        url = provider.answer(browser.press_connect(backend_id))
        answer = other.get(url, allow_redirects=False, timeout=60)
        assert_refused(answer, "another session", 403)
    assert provider.asked("authorization_code") == 0


@pytest.mark.long
def test_an_old_answer_is_refused(browser, provider, backend_id):
    url = provider.answer(browser.press_connect(backend_id))
    with transaction() as env:
        env.cr.execute(
            "UPDATE connector_oauth_request SET begun_at = begun_at"
            " - interval '11 minutes' WHERE backend_id = %s",
            (backend_id,),
        )
    assert_refused(browser.open(url), "too old")
    assert provider.asked("authorization_code") == 0


def test_the_page_says_that_the_person_did_not_agree(browser, provider, backend_id):
    page = browser.press_connect(backend_id)
    answer = browser.open(provider.answer(page, agrees=False))
    assert_refused(answer, "access_denied")
    assert f"/odoo/{BACKEND}/{backend_id}" in answer.text
    assert not browser.status(backend_id)["oauth_is_connected"]


@pytest.mark.long
def test_the_reason_of_the_provider_is_text(browser, provider, backend_id):
    state = params_of(browser.press_connect(backend_id))["state"]
    answer = browser.session.get(
        f"{browser.url}{CALLBACK_PATH}",
        params={"error": "<script>alert(1)</script>", "state": state},
        timeout=60,
    )
    assert_refused(answer, "&lt;script&gt;")
    assert "<script>" not in answer.text


@pytest.mark.long
def test_the_page_says_that_the_provider_fails(browser, provider, backend_id):
    url = provider.answer(browser.press_connect(backend_id))
    provider.control(answer={"status": 503, "type": "text/html", "body": "<p>Down"})
    answer = browser.open(url)
    assert_refused(answer, "503", 502)
    assert params_of(url)["code"] not in answer.text
    provider.control(answer=None)
    assert connect(browser, provider, backend_id).status_code == 303


@pytest.mark.long
def test_the_page_says_that_the_provider_does_not_know_the_code(
    browser, provider, backend_id
):
    state = params_of(browser.press_connect(backend_id))["state"]
    answer = browser.session.get(
        f"{browser.url}{CALLBACK_PATH}",
        params={"code": "n0-such-code", "state": state},
        timeout=60,
    )
    assert_refused(answer, "invalid_grant", 502)
    assert "n0-such-code" not in answer.text


@pytest.mark.long
def test_a_user_who_may_not_change_the_backend_cannot_connect(
    other_browser, backend_id
):
    with pytest.raises(RuntimeError, match="not allowed"):
        other_browser.press_connect(backend_id)


@pytest.mark.long
def test_missing_settings_are_named(browser, backend_id):
    with transaction() as env:
        env[BACKEND].browse(backend_id).oauth_client_id = False
    with pytest.raises(RuntimeError, match="OAuth: Client ID is empty"):
        browser.press_connect(backend_id)


def test_disconnect_ends_the_access_at_the_provider(browser, provider, backend_id):
    connect(browser, provider, backend_id)
    browser.call(backend_id, "button_check_connection")
    assert provider.control()["refresh_tokens"] == 1
    browser.call(backend_id, "button_oauth_disconnect")
    counts = provider.control()
    assert (counts["refresh_tokens"], counts["access_tokens"]) == (0, 0)
    status = browser.status(backend_id)
    assert (status["oauth_status"], status["state"]) == ("Not connected", "draft")


@pytest.mark.long
def test_disconnect_deletes_the_tokens_while_the_provider_fails(
    browser, provider, backend_id
):
    connect(browser, provider, backend_id)
    with transaction() as env:
        env[BACKEND].browse(backend_id).new_oauth_client_secret = "wrong"
    action = browser.call(backend_id, "button_oauth_disconnect")
    assert "End it there, too" in action["params"]["message"]
    assert not browser.status(backend_id)["oauth_is_connected"]


def test_connecting_again_resumes_a_backend_whose_grant_was_revoked(
    browser, provider, backend_id
):
    connect(browser, provider, backend_id)
    browser.call(backend_id, "button_check_connection")
    browser.call(backend_id, "button_start_production")
    provider.control(revoke=True)
    with transaction() as env:
        backend = env[BACKEND].browse(backend_id)
        with backend.work_on(PARTNER) as work, pytest.raises(Exception) as caught:
            work.component(usage="backend.adapter").search()
        assert type(caught.value).__name__ == "BackendPaused"
    status = browser.status(backend_id)
    assert status["state"] == "paused"
    assert status["oauth_status"].startswith("Connect again: ")
    assert connect(browser, provider, backend_id).status_code == 303
    assert browser.status(backend_id)["state"] == "production"
    with transaction() as env:
        backend = env[BACKEND].browse(backend_id)
        with backend.work_on(PARTNER) as work:
            assert work.component(usage="backend.adapter").search() == [1]


@pytest.mark.long
def test_a_copy_of_a_backend_has_no_secret_and_no_token(browser, provider, backend_id):
    connect(browser, provider, backend_id)
    with transaction() as env:
        copied = env[BACKEND].browse(backend_id).copy()
        assert not copied.oauth_client_secret
        assert not copied.oauth_is_connected
        copied.unlink()
