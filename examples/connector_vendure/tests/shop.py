# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A Vendure shop in a process, started once for all tests."""

from __future__ import annotations

import atexit
import functools
import json
import os
import resource
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from unittest import SkipTest

import requests

SHOP = Path(__file__).parents[1] / "shop"
PACKAGES_MEGABYTES = 200


class Shop:
    """The Admin API of a shop, as an administrator uses it."""

    def __init__(self, url: str, api_key: str) -> None:
        self.url, self.api_key = url, api_key
        self.session = requests.Session()
        self.session.headers["vendure-api-key"] = api_key

    def query(self, query: str, **variables) -> dict:
        body = {"query": query, "variables": variables}
        answer = self.session.post(f"{self.url}/admin-api", json=body, timeout=60)
        answer = answer.json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def records(self, name: str, fields: str) -> list[dict]:
        return self.query(f"{{ {name} {{ items {{ {fields} }} }} }}")[name]["items"]


@functools.cache
def start_shop() -> Shop:
    """Return the shop of this process, started first if need be.

    :raise SkipTest: without Node, or where npm cannot install the shop
    """
    if find_spec("devtools") is None:
        raise SkipTest("The tests of the shop run with ./dev test examples")
    from devtools.errors import SetupError
    from devtools.home import Home
    from node_packages import ensure_node_packages, has_node

    if not has_node():
        raise SkipTest("Vendure needs Node: node and npm were not found")
    try:
        packages = ensure_node_packages(
            Home.from_environ(), SHOP, "vendure", "Vendure", PACKAGES_MEGABYTES
        )
    except SetupError as error:
        raise SkipTest(f"npm cannot install Vendure: {error}") from error

    files = tempfile.mkdtemp(prefix="connector_vendure_")
    atexit.register(shutil.rmtree, files, ignore_errors=True)
    log = Path(files, "shop.log")
    environ = {
        **os.environ,
        "EXIT_WITH_STDIN": "1",
        "FILES": files,
        "NODE_PATH": str(packages / "node_modules"),
        "PORT": "0",
    }
    # Odoo kills each child of the tests after a class: the shop is a grandchild, and
    # ends when this process closes its input.
    shell = subprocess.Popen(
        ["sh", "-c", 'exec 3<&0; node "$0" <&3 &', str(SHOP / "index.js")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log.open("wb"),
        text=True,
        env=environ,
        preexec_fn=lift_memory_limit,
    )
    shell.wait()
    atexit.register(shell.stdin.close)
    for line in shell.stdout:
        if line.startswith('{"url"'):
            return Shop(**json.loads(line))
    raise AssertionError(f"The shop did not start:\n{log.read_text()[-5000:]}")


def lift_memory_limit() -> None:
    """Lift the limit of Odoo: WebAssembly reserves much more than it uses."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
