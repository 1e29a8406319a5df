# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Systems that tests connect to, each in a separate process."""

import json
import subprocess

import pytest
from devtools.environment import Environment
from devtools.processes import die_with_parent, find_free_port
from oauth_support import Provider
from server_packages import servers_python


@pytest.fixture(scope="class")
def graphql_shop():
    """A shop that speaks GraphQL: its address and its token.

    Of one class, because Odoo ends all child processes after each class.
    """
    environment = Environment.current()
    with subprocess.Popen(
        [
            servers_python(environment),
            environment.clone / "tests/servers/graphql_shop",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent,
    ) as process:
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(10)


@pytest.fixture(scope="package")
def odoo_port():
    """The port of the Odoo server to which the provider sends a person back."""
    return find_free_port()


@pytest.fixture(scope="package")
def oauth_provider(odoo_port, tmp_path_factory):
    """A running OAuth provider, which requires PKCE and rotates refresh tokens."""
    folder = tmp_path_factory.mktemp("oauth_provider")
    with Provider(folder, odoo_port) as provider:
        yield provider


@pytest.fixture
def provider(oauth_provider):
    """The OAuth provider, without what earlier tests changed."""
    oauth_provider.reset()
    return oauth_provider
