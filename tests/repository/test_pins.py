# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev lint runs what .pre-commit-config.yaml lists, at the same versions."""

import json
import re

import pytest
import yaml
from devtools.environment import CLONE
from devtools.lint_hooks import HOOKS, localise, pinned_by_config
from devtools.python_env import REQUIREMENTS


def normalise(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def read_pins(purpose):
    text = (REQUIREMENTS / f"{purpose}.txt").read_text()
    pairs = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", text, re.MULTILINE)
    pins = {}
    for name, version in pairs:
        pins.setdefault(normalise(name), set()).add(version)
    return pins


@pytest.fixture(scope="module")
def config():
    return yaml.safe_load((CLONE / ".pre-commit-config.yaml").read_text())


@pytest.fixture(scope="module")
def node_packages():
    manifest = json.loads((CLONE / "setup/node/package.json").read_text())
    return manifest["devDependencies"]


def test_hooks_have_the_versions_that_lint_installs(config, node_packages):
    python_packages = read_pins("lint")
    pinned = list(pinned_by_config(config))
    assert {"ruff", "pylint-odoo", "oca-odoo-pre-commit-hooks"} <= dict(pinned).keys()
    for name, version in pinned:
        if name in node_packages:
            assert node_packages[name] == version, name
        else:
            assert version in python_packages[normalise(name)], name


def test_every_hook_can_be_run_without_its_repository(config, tmp_path):
    (repository,) = localise(config, tmp_path)["repos"]
    languages = {hook["id"]: hook["language"] for hook in repository["hooks"]}
    expected = [hook["id"] for repo in config["repos"] for hook in repo["hooks"]]
    assert list(languages) == list(dict.fromkeys(expected))
    assert set(languages.values()) == {"system", "fail"}


def test_a_machine_without_node_leaves_out_its_hooks_only(config, tmp_path):
    (with_node,) = localise(config, tmp_path)["repos"]
    (without,) = localise(config, None)["repos"]
    ids = {hook["id"] for hook in without["hooks"]}
    assert {hook["id"] for hook in with_node["hooks"]} - ids == {"prettier"}


def test_a_hook_that_nothing_is_known_about_is_refused(tmp_path):
    config = {"repos": [{"repo": "https://example.com", "hooks": [{"id": "nonsense"}]}]}
    with pytest.raises(KeyError, match="nonsense"):
        localise(config, tmp_path)


def test_no_hook_is_known_that_the_configuration_does_not_list(config):
    listed = {hook["id"] for repo in config["repos"] for hook in repo["hooks"]}
    assert set(HOOKS) <= listed


@pytest.mark.parametrize("folder", ["node", "node-browser"])
def test_node_lock_file_has_the_versions_of_the_manifest(folder):
    manifest = json.loads((CLONE / "setup" / folder / "package.json").read_text())
    lock = json.loads((CLONE / "setup" / folder / "package-lock.json").read_text())
    wanted = manifest["devDependencies"]
    locked = {
        name: lock["packages"][f"node_modules/{name}"]["version"] for name in wanted
    }
    assert locked == wanted


def read_groups():
    """Return the groups of setup/pyproject.toml (Python 3.10 cannot read TOML)."""
    text = (CLONE / "setup" / "pyproject.toml").read_text()
    section = text.partition("[dependency-groups]")[2].partition("\n[")[0]
    groups = re.findall(r"^(\w+) = \[(.*?)\]$", section, re.MULTILINE | re.DOTALL)
    return {name: re.findall(r'"([A-Za-z0-9._-]+)', body) for name, body in groups}


def test_each_group_has_a_file_of_pins():
    files = {path.name for path in REQUIREMENTS.iterdir()}
    assert files == {f"{group}.txt" for group in read_groups()}


@pytest.mark.parametrize("group, wanted", read_groups().items())
def test_everything_that_is_asked_for_is_pinned(group, wanted):
    assert wanted
    assert {normalise(name) for name in wanted} <= read_pins(group).keys()


def test_no_file_of_pins_names_a_host():
    files = [*REQUIREMENTS.iterdir(), *(CLONE / "setup").glob("node*/*.json")]
    for path in files:
        resolved = re.findall(r'"resolved"|--(?:extra-)?index-url', path.read_text())
        assert not resolved, path
