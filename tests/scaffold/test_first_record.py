# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From nothing to the first imported record, as the README says."""

import re
import signal
import subprocess
import sys
import time

import pytest
import vodoo
from devtools.databases import Databases
from devtools.environment import CLONE, Environment
from scaffold_support import run_dev

PURPOSE = "first_record"


@pytest.fixture
def served(tmp_path):
    """Yield what ./dev serve prints about a new connector."""
    run_dev("scaffold", "my_shop", tmp_path)
    command = [sys.executable, CLONE / "dev", "serve", PURPOSE]
    command += ["--addon", tmp_path / "my_shop"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("records of"):
                break
        yield "".join(lines)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        databases = Databases(Environment.current())
        databases.drop(databases.name(PURPOSE))


@pytest.mark.long
def test_records_of_a_new_connector_become_contacts(served):
    url, login, password = re.search(
        r"(http://\S+)  login (\w+), password (\w+)", served
    ).groups()
    records_url = re.search(r"records of .*: (http://\S+)", served)[1]
    database = re.search(r"database (\S+)  log", served)[1]
    config = vodoo.OdooConfig(
        url=url, database=database, username=login, password=password
    )
    with vodoo.OdooClient(config) as odoo:
        values = {"name": "Shop", "url": records_url, "new_token": "any"}
        backend = odoo.create("my.shop.backend", values)
        odoo.execute("my.shop.backend", "button_check_connection", [backend])
        odoo.execute("my.shop.backend", "button_import_now", [backend])
        names = []
        for _ in range(60):
            found = odoo.search_read("my.shop.res.partner", fields=["name"])
            names = sorted(record["name"] for record in found)
            if len(names) == 3:
                break
            time.sleep(0.5)
    assert names == ["Ada Lovelace", "Alan Turing", "Grace Hopper"]
