# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fixtures of several tests of the repository."""

import pytest
from devtools.environment import Environment
from site_build import Sphinx


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The documentation, built once."""
    folder = tmp_path_factory.mktemp("site")
    assert Sphinx(Environment.current()).build("html", folder) == 0
    return folder


@pytest.fixture(scope="session")
def messages(tmp_path_factory):
    """A folder with a template of terms for each translated page."""
    folder = tmp_path_factory.mktemp("messages")
    assert Sphinx(Environment.current()).extract_messages(folder) == 0
    return folder
