# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The database server of ./dev, and the databases from which it copies."""

import os
from dataclasses import replace

import pytest
from devtools import embedded_postgres, installation, postgres
from devtools.bootstrap import remove_everything
from devtools.databases import Databases
from devtools.embedded_postgres import EmbeddedPostgres
from devtools.environment import Environment
from devtools.errors import SetupError
from devtools.home import Home
from devtools.installation import addons_database, summarise_log
from devtools.processes import find_free_port

# -- the database server -------------------------------------------------------


def test_server_that_does_not_answer_is_reported(monkeypatch):
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", str(find_free_port()))
    with pytest.raises(SetupError, match="PGHOST=127.0.0.1.*rejects the connection"):
        postgres.check_server()


def test_user_without_the_right_to_create_databases_is_reported(monkeypatch):
    role = f"cs_poor_{os.getpid()}"
    connection = postgres.connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'poor'")
            monkeypatch.setenv("PGUSER", role)
            monkeypatch.setenv("PGPASSWORD", "poor")
            with pytest.raises(SetupError, match=f"user {role} may not create"):
                postgres.check_server()
            cursor.execute(f"DROP ROLE {role}")
    finally:
        connection.close()


def test_reason_why_the_server_does_not_start_is_reported(tmp_path, monkeypatch):
    monkeypatch.setitem(embedded_postgres.SETTINGS, "nonsense", "1")
    home = Home(tmp_path / "home")
    try:
        with pytest.raises(SetupError, match='configuration parameter "nonsense"'):
            with EmbeddedPostgres(home).in_use():
                pytest.fail("it runs")
    finally:
        remove_everything(home)


# -- the templates -------------------------------------------------------------


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """The environment of a clone with the addon shop, whose databases are empty."""
    monkeypatch.delenv("CONNECTOR_ADDONS", raising=False)
    monkeypatch.setattr(installation, "ensure_template", lambda *words: "template0")
    monkeypatch.setattr(installation, "install_addons", lambda *words: None)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__manifest__.py").write_text('{"name": "Shop"}')
    environment = replace(Environment.current(), clone=tmp_path)
    yield environment
    databases = Databases(environment)
    for name in databases.list_names(databases.name("")):
        databases.drop(name)


def edit(environment, text):
    (environment.clone / "shop" / "models.py").write_text(text)


def test_a_template_in_use_is_not_dropped_by_a_run_with_edited_files(shop):
    databases = Databases(shop)
    with addons_database(shop, ["shop"]) as template:
        edit(shop, "# edited")
        with addons_database(shop, ["shop"]) as edited:
            assert edited != template
        databases.create(databases.name("copy"), template)
    edit(shop, "# edited again")
    with addons_database(shop, ["shop"]) as last:
        assert databases.list_names(databases.name("addons_")) == [last]


def test_a_template_that_was_dropped_after_its_lookup_is_made_again(shop, monkeypatch):
    ensure, made = installation.ensure_database, []

    def ensure_and_lose(environment, name, *words):
        made.append(ensure(environment, name, *words))
        if len(made) == 1:
            Databases(environment).drop(name)

    monkeypatch.setattr(installation, "ensure_database", ensure_and_lose)
    with addons_database(shop, ["shop"]) as template:
        assert Databases(shop).exists(template)
    assert made == [template, template]


def test_no_template_is_dropped_that_another_process_just_made(shop, monkeypatch):
    """It is made between two queries of this process."""
    with addons_database(shop, ["shop"]) as template:
        pass
    answers, exists = [False], Databases.exists
    monkeypatch.setattr(
        Databases,
        "exists",
        lambda self, name: answers.pop() if answers else exists(self, name),
    )
    monkeypatch.setattr(installation, "install_addons", pytest.fail)
    with addons_database(shop, ["shop"]) as found:
        assert found == template
    assert answers == []


def test_summary_of_a_log_has_problems_and_their_tracebacks_only():
    log = (
        "2026-01-01 10:00:00,000 1 INFO db odoo: all is well\n"
        "2026-01-01 10:00:01,000 1 ERROR db odoo: it broke\n"
        "Traceback (most recent call last):\n"
        "2026-01-01 10:00:02,000 1 INFO db odoo: bye\n"
    )
    summary = summarise_log(log)
    assert "it broke" in summary and "Traceback" in summary
    assert "all is well" not in summary and "bye" not in summary
