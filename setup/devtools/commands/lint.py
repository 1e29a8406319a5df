# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev lint [file or addon ...]

A call of pre-commit, which needs no Odoo. It installs the programs of the hooks into
the cache folder, and finds Node for prettier beside its own Python.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..addons import is_addon
from ..environment import CLONE
from ..errors import SetupError
from ..home import Home, digest
from ..processes import run_attached
from ..python_env import ensure_python, python_name, requirement_file

HOOKS = ".pre-commit-config.yaml"
CONFIGURATION = (".editorconfig", ".prettierrc.yml", ".pylintrc", ".ruff.toml")
# Hooks that check files of this clone by name.
OWN_HOOKS = "mypy,pyright"


def main(home: Home, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev lint",
        description=f"Run the hooks of {HOOKS}. Some hooks correct files; a hook "
        "that did so fails, and passes the next time.",
    )
    parser.add_argument(
        "files",
        nargs="*",
        help="files and folders, instead of all of the clone; or the folder of one "
        "addon that is not of the clone",
    )
    words = parser.parse_args(arguments).files
    addon = find_addon_beside(CLONE, words)
    if addon:
        with copied_for_lint(CLONE, addon) as repository:
            return run_hooks(home, repository, list_files(repository))
    return run_hooks(home, CLONE, list_files(CLONE, words))


def run_hooks(home: Home, repository: Path, files: list[str]) -> int:
    programs = ensure_python(home, "lint", "pre-commit and Node").parent
    pins = requirement_file("hooks")
    # pre-commit installs its environments again if the Python is another one, but not
    # if the versions of the packages that the hooks depend on are.
    hooks = f"pre-commit-{python_name()}-{digest(pins.read_text())}"
    environ = {
        **os.environ,
        "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
        "PRE_COMMIT_HOME": str(home.make_folder(hooks)),
        "PIP_CONSTRAINT": str(pins),
    }
    environ.pop("PYTHONPATH", None)
    if repository != CLONE:
        environ["SKIP"] = OWN_HOOKS
    command = [programs / "pre-commit", "run", f"--config={CLONE / HOOKS}", "--files"]
    return run_attached([*command, *files], repository, environ)


def find_addon_beside(clone: Path, words: Sequence[str]) -> Path | None:
    """Return the addon to lint, if it is not an addon of the clone.

    An addon inside the clone that was never added to git is not an addon of the clone.
    """
    paths = [Path(os.path.abspath(word)) for word in words]
    addons = [
        path
        for path in paths
        if is_addon(path)
        and not (path.is_relative_to(clone) and git_files(clone, "--", path))
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
        # The author of the addon is not the one of the suite.
        rcfile = repository / ".pylintrc"
        text = rcfile.read_text().replace("    manifest-required-author,\n", "")
        rcfile.write_text(text)
        ignored = shutil.ignore_patterns("__pycache__", ".git")
        shutil.copytree(addon, repository / addon.name, ignore=ignored)
        # The corrections of the hooks are what differs from the index.
        for words in (["init", "-q"], ["add", "--all"]):
            subprocess.check_call(["git", *words], cwd=repository)
        try:
            yield repository
        finally:
            changed = ("--modified", "--others", "--exclude=__pycache__", addon.name)
            for name in git_files(repository, *changed):
                shutil.copy(repository / name, addon.parent / name)


def list_files(repository: Path, words: Sequence[str] = ()) -> list[str]:
    """Return files by git's names, by default all, with the untracked ones.

    :raises SetupError: if a word matches no file of the repository
    """
    which = ("--cached", "--others", "--exclude-standard", "--error-unmatch", "--")
    paths = [os.path.abspath(word) for word in words] or ["."]
    return git_files(repository, *which, *paths)


def git_files(repository: Path, *words: str | Path) -> list[str]:
    """Return the existing files that ``git ls-files`` lists."""
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z", *words],
            cwd=repository,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError as error:
        raise SetupError("git was not found: install it to lint.") from error
    if done.returncode:
        raise SetupError(
            f"no files were found to lint:\n{done.stderr.strip()}\n"
            "Name files or folders of this clone that git does not ignore, or one "
            "addon of another folder."
        )
    names = dict.fromkeys(done.stdout.split("\0"))
    return [name for name in names if name and (repository / name).is_file()]
