# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev lint [file ...]"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from ..environment import Environment
from ..errors import SetupError
from ..home import digest
from ..lint_hooks import localise
from ..processes import die_with_parent, run_logged
from ..python_env import ensure_python

NODE_FOLDER = Path(__file__).parents[2] / "node"
NODE_FILES = ("package.json", "package-lock.json")


def main(environment: Environment, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev lint",
        description="Run the hooks of .pre-commit-config.yaml. As there, some of them "
        "correct files, and fail then.",
    )
    parser.add_argument("--hook", help="run this one only")
    parser.add_argument("files", nargs="*", help="instead of all files of the clone")
    options = parser.parse_args(arguments)
    files = options.files or list_files(environment.clone)
    python = ensure_python(environment.home, "lint", "Lint tools")
    programs = [python.parent]
    node = ensure_node_tools(environment)
    if node:
        programs.append(node / "node_modules" / ".bin")
    config = write_config(environment, node)
    command = [python.parent / "pre-commit", "run", f"--config={config}"]
    if options.hook:
        command.append(options.hook)
    environ = {
        **os.environ,
        "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]]),
        "PRE_COMMIT_HOME": str(environment.home.make_folder("pre-commit")),
    }
    environ.pop("PYTHONPATH", None)
    sys.stdout.flush()
    return subprocess.call(
        [*map(str, command), "--files", *files],
        cwd=environment.clone,
        env=environ,
        preexec_fn=die_with_parent,
    )


def list_files(clone: Path) -> list[str]:
    """Return the clone's files, those to be added included."""
    try:
        output = subprocess.check_output(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
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


def ensure_node_tools(environment: Environment) -> Path | None:
    """Return the folder with prettier, or None on a machine without Node."""
    if not (shutil.which("node") and shutil.which("npm")):
        sys.stderr.write(
            "\nWARNING: node and npm were not found: the hook prettier is LEFT OUT,\n"
            "the format of XML, Markdown and YAML files is not checked.\n"
            "Install them (Debian, Ubuntu: apt-get install nodejs npm).\n\n"
        )
        return None
    contents = [(NODE_FOLDER / name).read_text() for name in NODE_FILES]

    def make(folder: Path) -> None:
        for name in NODE_FILES:
            shutil.copy(NODE_FOLDER / name, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        log_path = environment.home.log_folder / "node.log"
        run_logged(command, log_path, folder=folder)

    name = f"lint-node-{digest(contents)}"
    return environment.home.ensure_folder(name, "Lint tools for Node", make)


def write_config(environment: Environment, node: Path | None) -> Path:
    source = environment.clone / ".pre-commit-config.yaml"
    config = localise(yaml.safe_load(source.read_text()), node)
    path = environment.clone_folder / "pre-commit.yaml"
    # JSON is YAML.
    path.write_text(json.dumps(config, indent=2))
    return path
