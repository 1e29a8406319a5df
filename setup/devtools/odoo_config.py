# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's configuration file for this clone."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from .environment import Environment

CHANNELS = "root:2"


def format_config(environment: Environment) -> str:
    return f"""\
; written by ./dev before each command
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
    """Write the file atomically; return its path."""
    path = environment.clone_folder / environment.config_name
    content = format_config(environment)
    if not path.is_file() or path.read_text() != content:
        part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        part.write_text(content)
        part.chmod(0o600)
        part.replace(path)
    return path


def odoo_command(environment: Environment, *arguments: str) -> list[str]:
    config = write_config(environment)
    words = environment.start_command
    if arguments and not arguments[0].startswith("-"):
        # A subcommand comes before the options.
        words.append(arguments[0])
        arguments = arguments[1:]
    return [*words, f"--config={config}", *arguments]
