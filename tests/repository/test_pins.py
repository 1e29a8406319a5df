# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The versions of the programs that ./dev installs."""

import json
import re

import pytest
import yaml
from devtools.environment import CLONE
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
def hooks():
    config = yaml.safe_load((CLONE / ".pre-commit-config.yaml").read_text())
    assert {repository["repo"] for repository in config["repos"]} == {"local"}
    return [hook for repository in config["repos"] for hook in repository["hooks"]]


def test_programs_of_hooks_are_pinned_packages(hooks):
    for hook in hooks:
        separator = {"python": "==", "node": "@", "fail": None}[hook["language"]]
        pins = hook.get("additional_dependencies", [])
        assert bool(pins) == bool(separator), hook["id"]
        for pin in pins:
            assert re.fullmatch(rf"@?[\w./-]+{separator}\d[\w.]*", pin), pin


def test_hooks_of_one_language_share_an_environment(hooks):
    python = [
        hook["additional_dependencies"]
        for hook in hooks
        if hook["language"] == "python"
    ]
    assert len(python) > 20
    assert all(pins == python[0] for pins in python)


@pytest.mark.parametrize("folder", ["node-browser"])
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
    assert files == {"hooks.txt", *(f"{group}.txt" for group in read_groups())}


def test_hooks_are_constrained_to_their_pins(hooks):
    wanted = {
        tuple(pin.split("=="))
        for hook in hooks
        if hook["language"] == "python"
        for pin in hook["additional_dependencies"]
    }
    pins = read_pins("hooks")
    assert {name: pins.get(normalise(name)) for name, _ in wanted} == {
        name: {version} for name, version in wanted
    }
    assert "astroid" in pins  # a dependency of pylint


@pytest.mark.parametrize("group, wanted", read_groups().items())
def test_everything_that_is_asked_for_is_pinned(group, wanted):
    assert wanted
    assert {normalise(name) for name in wanted} <= read_pins(group).keys()


def test_no_file_of_pins_names_a_host():
    files = [*REQUIREMENTS.iterdir(), *(CLONE / "setup").glob("node*/*.json")]
    for path in files:
        resolved = re.findall(r'"resolved"|--(?:extra-)?index-url', path.read_text())
        assert not resolved, path
