# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The other clients of the case ``client``, in a separate environment."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PEERS = ("odoorpc", "odooly", "vodoo 4.3.2")
PEER_REQUIREMENTS = ("odoorpc==0.10.1", "odooly==2.6.7", "vodoo==4.3.2")
PEER_PYTHONS = ("python3.14", "python3.13", "python3.12")


def ensure_peers() -> str | None:
    """Return a Python that has the other clients."""
    base = find_peer_python()
    if base is None:
        wanted = ", ".join(PEER_PYTHONS)
        print(f"without the other clients: none of {wanted} was found", file=sys.stderr)
        return None
    home = Path(os.environ.get("CONNECTOR_HOME") or tempfile.gettempdir())
    versions = "-".join(word.replace("==", "-") for word in PEER_REQUIREMENTS)
    folder = home / f"client-peers-{versions}"
    python = folder / "bin" / "python"
    complete = folder / "complete"
    if not complete.exists():
        subprocess.run([base, "-m", "venv", "--clear", folder], check=True)
        command = [python, "-m", "pip", "install", "--quiet"]
        environ = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        subprocess.run(
            [*command, "--disable-pip-version-check", *PEER_REQUIREMENTS],
            check=True,
            env=environ,
        )
        complete.touch()
    return str(python)


def find_peer_python() -> str | None:
    """Return a Python that is new enough for the published vodoo."""
    for command in (sys.executable, *PEER_PYTHONS):
        probe = "import sys, venv; sys.exit(sys.version_info < (3, 12))"
        try:
            done = subprocess.run([command, "-c", probe], capture_output=True)
        except OSError:
            continue
        if done.returncode == 0:
            return command
    return None
