# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Convert .pre-commit-config.yaml to a configuration without repositories.

pre-commit fetches the repository of each hook with git. Here the tools come from
package registries instead, and HOOKS has the definitions of the hooks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

PLUGIN = "src/plugin.js"

# repository → the distribution on PyPI with the same versions
DISTRIBUTIONS = {
    "https://github.com/sbidoul/whool": "whool",
    "https://github.com/OCA/odoo-pre-commit-hooks": "oca-odoo-pre-commit-hooks",
    "https://github.com/pre-commit/pre-commit-hooks": "pre-commit-hooks",
    "https://github.com/astral-sh/ruff-pre-commit": "ruff",
    "https://github.com/OCA/pylint-odoo": "pylint-odoo",
    "https://github.com/pre-commit/mirrors-mypy": "mypy",
}
_PYTHON = {"types_or": ["python", "pyi"], "require_serial": True}
_TEXT = {"types": ["text"]}
HOOKS: Mapping[str, Mapping[str, object]] = {
    "whool-init": {
        "entry": "whool init",
        "files": r"(^|/)__manifest__\.py$",
        "pass_filenames": False,
    },
    "oca-checks-odoo-module": {
        "entry": "oca-checks-odoo-module",
        "types_or": ["csv", "markdown", "pofile", "python", "rst", "xml"],
        "require_serial": True,
    },
    "oca-checks-po": {"entry": "oca-checks-po", "types": ["pofile"]},
    "prettier": {"entry": "prettier --write --list-different --ignore-unknown"},
    "trailing-whitespace": {"entry": "trailing-whitespace-fixer", **_TEXT},
    "end-of-file-fixer": {"entry": "end-of-file-fixer", **_TEXT},
    "check-added-large-files": {"entry": "check-added-large-files"},
    "check-case-conflict": {"entry": "check-case-conflict"},
    "check-docstring-first": {"entry": "check-docstring-first", "types": ["python"]},
    "check-executables-have-shebangs": {
        "entry": "check-executables-have-shebangs",
        "types": ["text", "executable"],
    },
    "check-json": {"entry": "check-json", "types": ["json"]},
    "check-merge-conflict": {"entry": "check-merge-conflict", **_TEXT},
    "check-shebang-scripts-are-executable": {
        "entry": "check-shebang-scripts-are-executable",
        **_TEXT,
    },
    "check-symlinks": {"entry": "check-symlinks", "types": ["symlink"]},
    "check-toml": {"entry": "check-toml", "types": ["toml"]},
    "check-xml": {"entry": "check-xml", "types": ["xml"]},
    "check-yaml": {"entry": "check-yaml", "types": ["yaml"]},
    "debug-statements": {"entry": "debug-statement-hook", "types": ["python"]},
    "mixed-line-ending": {"entry": "mixed-line-ending", **_TEXT},
    "ruff-check": {"entry": "ruff check --force-exclude", **_PYTHON},
    "ruff-format": {"entry": "ruff format --force-exclude", **_PYTHON},
    "pylint_odoo": {"entry": "pylint", "types": ["python"], "require_serial": True},
    "mypy": {"entry": "mypy", **_PYTHON},
    "pyright": {"entry": "basedpyright", **_PYTHON},
}


def localise(config: dict, node: Path | None) -> dict:
    """Return the configuration with each hook run by a program on PATH.

    :param node: where the packages for Node are; without, their hooks are left out
    :raises KeyError: if HOOKS does not define a hook
    """
    hooks = [
        hook if hook.get("language") == "fail" else _localise_hook(hook, node)
        for repository in config["repos"]
        for hook in repository["hooks"]
        if node or hook.get("language") != "node"
    ]
    others = {
        key: value
        for key, value in config.items()
        if key not in ("repos", "default_language_version")
    }
    return {**others, "repos": [{"repo": "local", "hooks": hooks}]}


def _localise_hook(hook: dict, node: Path | None) -> dict:
    kept = {
        key: value
        for key, value in hook.items()
        if key not in ("additional_dependencies", "entry")
    }
    if hook.get("language") == "node":
        # prettier seeks a plugin by name from the current folder, the clone.
        kept["args"] = [
            re.sub(
                r"^--plugin=(.+)$", rf"--plugin={node}/node_modules/\1/{PLUGIN}", word
            )
            for word in hook["args"]
        ]
    return {"name": hook["id"], **HOOKS[hook["id"]], **kept, "language": "system"}


def pinned_by_config(config: dict) -> Iterator[tuple[str, str]]:
    """Yield each distribution that the configuration pins, with its version."""
    for repository in config["repos"]:
        if repository["repo"] != "local":
            distribution = DISTRIBUTIONS[repository["repo"]]
            yield distribution, repository["rev"].removeprefix("v")
        for hook in repository["hooks"]:
            for dependency in hook.get("additional_dependencies", ()):
                separator = "==" if "==" in dependency else "@"
                distribution, _, version = dependency.rpartition(separator)
                yield distribution, version
