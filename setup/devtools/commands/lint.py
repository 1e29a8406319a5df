# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev lint [file or addon ...]

A call of pre-commit, which needs no Odoo. It installs the programs of the hooks into
the cache folder, and finds Node for prettier beside its own Python.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..addons import is_addon
from ..environment import CLONE
from ..errors import SetupError
from ..home import Home
from ..processes import die_with_parent
from ..python_env import ensure_python, python_name

HOOKS = ".pre-commit-config.yaml"
CONFIGURATION = (
    ".editorconfig",
    ".prettierrc.yml",
    ".pylintrc",
    ".pylintrc-mandatory",
    ".ruff.toml",
)
# Hooks that check files of this clone by name.
OWN_HOOKS = "mypy,pyright"


def main(home: Home, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev lint",
        description=f"Run the hooks of {HOOKS}. Some of them correct files, and fail "
        "then.",
    )
    parser.add_argument("--hook", help="run this one only")
    parser.add_argument(
        "files",
        nargs="*",
        help="files and folders, instead of all of the clone; or the folder of one "
        "addon that is not of the clone",
    )
    options = parser.parse_args(arguments)
    addon = find_addon_beside(CLONE, options.files)
    if addon:
        with copied_for_lint(CLONE, addon) as repository:
            return run_hooks(home, repository, list_files(repository), options.hook)
    return run_hooks(home, CLONE, find_files(CLONE, options.files), options.hook)


def run_hooks(home: Home, repository: Path, files: list[str], hook: str | None) -> int:
    programs = ensure_python(home, "lint", "pre-commit and Node").parent
    command = [str(programs / "pre-commit"), "run", f"--config={CLONE / HOOKS}"]
    environ = {
        **os.environ,
        "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
        # pre-commit installs its environments again if the Python is another one.
        "PRE_COMMIT_HOME": str(home.make_folder(f"pre-commit-{python_name()}")),
    }
    environ.pop("PYTHONPATH", None)
    if repository != CLONE:
        environ["SKIP"] = OWN_HOOKS
    sys.stdout.flush()
    return subprocess.call(
        [*command, *([hook] if hook else []), "--files", *files],
        cwd=repository,
        env=environ,
        preexec_fn=die_with_parent,
    )


def find_addon_beside(clone: Path, words: list[str]) -> Path | None:
    """Return the addon to lint, if it is not an addon of the clone.

    An addon inside the clone that was never added to git is not an addon of the clone.
    """
    paths = [Path(os.path.abspath(word)) for word in words]
    addons = [
        path
        for path in paths
        if is_addon(path)
        and not (path.is_relative_to(clone) and list_files(clone, path, "--cached"))
    ]
    if addons and len(paths) > 1:
        raise SetupError("an addon that is not of this clone is linted alone.")
    return addons[0] if addons else None


@contextmanager
def copied_for_lint(clone: Path, addon: Path) -> Iterator[Path]:
    """Enter a repository with a copy of the addon and the clone's configuration.

    Corrections of the hooks are copied back.
    """
    with tempfile.TemporaryDirectory(prefix="connector_lint_") as folder:
        repository = Path(folder)
        for name in CONFIGURATION:
            shutil.copy(clone / name, repository)
        for rcfile in repository.glob(".pylintrc*"):
            rcfile.write_text(accept_author(rcfile.read_text(), addon))
        ignored = shutil.ignore_patterns("__pycache__", ".git")
        copy = shutil.copytree(addon, repository / addon.name, ignore=ignored)
        # Comparison with the index finds the corrections of a hook.
        for words in (["init", "-q"], ["add", "--all"]):
            subprocess.check_call(["git", *words], cwd=repository)
        try:
            yield repository
        finally:
            for path in copy.rglob("*"):
                original = addon / path.relative_to(copy)
                if path.is_file() and (
                    not original.is_file() or original.read_bytes() != path.read_bytes()
                ):
                    shutil.copy(path, original)


def accept_author(rcfile: str, addon: Path) -> str:
    """Require the author of the addon instead of the author of the suite."""
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    author = str(manifest.get("author", "")).partition(",")[0]
    option = "manifest-required-authors="
    return re.sub(rf"^{option}.*$", lambda _: option + author, rcfile, flags=re.M)


def find_files(clone: Path, words: list[str]) -> list[str]:
    """Return the files of the arguments, by default all, with git's names.

    :raises SetupError: if a word matches no file
    """
    if not words:
        return list_files(clone)
    found: dict[str, None] = {}
    for word in words:
        path = Path(os.path.abspath(word))
        if not path.exists():
            raise SetupError(f"there is no file or folder {word}.")
        if not path.is_relative_to(clone):
            raise SetupError(f"{word} is neither of this clone nor an addon.")
        files = list_files(clone, path)
        if not files:
            raise SetupError(f"there is no file to lint in {word}: git ignores it.")
        found.update(dict.fromkeys(files))
    return list(found)


def list_files(clone: Path, below: Path | None = None, *which: str) -> list[str]:
    """Return the clone's files, by default with the untracked ones."""
    which = which or ("--cached", "--others", "--exclude-standard")
    try:
        output = subprocess.check_output(
            ["git", "ls-files", "-z", *which, "--", below or "."],
            cwd=clone,
            stderr=subprocess.PIPE,
            text=True,
        )
    except FileNotFoundError as error:
        raise SetupError("git was not found: install it to lint.") from error
    except subprocess.CalledProcessError as error:
        raise SetupError(
            f"git does not list the files of {clone}:\n{error.stderr.strip()}"
        ) from error
    return [name for name in output.split("\0") if name and (clone / name).is_file()]
