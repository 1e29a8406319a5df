# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's configuration file for this clone."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path
from tempfile import NamedTemporaryFile

from .environment import Environment
from .home import digest

CHANNELS = "root:2"


def format_config(environment: Environment) -> str:
    return f"""\
; written by ./dev
[options]
addons_path = {",".join(map(str, environment.addons_folders))}
data_dir = {environment.data_folder}
http_interface = 127.0.0.1
with_demo = False
max_cron_threads = 0
unaccent = False

[queue_job]
channels = {CHANNELS}
"""


def write_config(environment: Environment) -> Path:
    """Write the file atomically, unless it exists; return its path."""
    content = format_config(environment)
    path = environment.clone_folder / f"odoo-{digest(content)}.conf"
    if not path.is_file():
        with NamedTemporaryFile("w", dir=path.parent, delete=False) as part:
            part.write(content)
        Path(part.name).replace(path)
    return path


def odoo_command(environment: Environment, *arguments: str) -> list[str]:
    """Return the command that starts Odoo; its subcommand comes before the options."""
    subcommand = list(takewhile(lambda word: not word.startswith("-"), arguments))
    words = [*subcommand, f"--config={write_config(environment)}"]
    return [*environment.start_command, *words, *arguments[len(subcommand) :]]
