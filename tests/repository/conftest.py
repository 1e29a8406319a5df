# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fixtures of several tests of the repository."""

import hashlib

import pytest
from devtools.environment import CLONE, Environment
from devtools.home import digest, remove_folder
from site_build import Sphinx

#: The site is built from these: pages, docstrings, and the files that pages include.
SITE_SOURCES = (
    *("docs", "component", "component_event", "connector*", "libs", "examples"),
    "tests/several_machines",
)
NO_SOURCES = {"_build", "__pycache__", "node_modules"}


@pytest.fixture(scope="session")
def site():
    """The documentation, built once for each state of its sources."""
    environment = Environment.current()
    sphinx = Sphinx(environment)
    sites = environment.clone_folder / "sites"
    site = sites / digest(site_state(), str(sphinx.packages), environment.odoo.version)
    if not site.is_dir():
        remove_folder(sites)
        part = sites / "part"
        assert sphinx.build("html", part) == 0
        part.rename(site)
    return site


def site_state():
    """Return a digest of the files from which the site is built."""
    content = hashlib.sha256()
    for folder in (one for pattern in SITE_SOURCES for one in CLONE.glob(pattern)):
        for path in sorted(folder.rglob("*")):
            # pages include tests of the examples only
            is_test = path.name.startswith("test_") and folder.name != "examples"
            name = path.relative_to(CLONE)
            is_cache = any(part.startswith(".") for part in name.parts)
            if is_test or is_cache or NO_SOURCES & set(name.parts):
                continue
            if path.is_file():
                content.update(f"{name}\0".encode())
                content.update(path.read_bytes())
    return content.hexdigest()


@pytest.fixture(scope="session")
def messages(tmp_path_factory):
    """A folder with a template of terms for each translated page."""
    folder = tmp_path_factory.mktemp("messages")
    assert Sphinx(Environment.current()).extract_messages(folder) == 0
    return folder
