# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Start other programs, which end with this process, and explain failures."""

from __future__ import annotations

import ctypes
import fcntl
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from .errors import SetupError

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)

#: below 32768, where the ports begin that Linux chooses
PORTS = range(20000, 32000)
#: the locks of the ports that `find_free_port` returned
_port_locks: list[IO[str]] = []

#: pattern in the output of a failed program → advice
ADVICE = {
    r"No space left on device|ENOSPC|Disk quota exceeded": "The disk is full: free "
    "space, or name a folder on another disk in CONNECTOR_HOME.",
    r"Temporary failure (in name )?resol|Could not resolve|Name or service not known"
    r"|Network is unreachable|Failed to establish a new connection|ENOTFOUND"
    r"|EAI_AGAIN|ENETUNREACH|Could not connect|Connection timed out"
    r"|Connection refused|ECONNREFUSED|No route to host": "The network could not be "
    "reached: the first run has to download. Connect (or set the proxy variables) and "
    "start the command again; it continues where it stopped.",
}


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent has ended.

    Runs between fork and exec. The kernel watches the parent's *thread*: start
    processes from a thread that outlives them.
    """
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def advise(output: str) -> str:
    """Return the usual reason of a failure, if the output shows it."""
    found = (text for pattern, text in ADVICE.items() if re.search(pattern, output))
    return next(found, "")


def run_logged(
    command: Sequence[object],
    log_path: Path,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    script: str = "",
    summarise: Callable[[str], str] | None = None,
    **options: Any,
) -> str:
    """Run a program with its output in a log file; return the output.

    :param script: standard input of the program
    :param options: more options of subprocess
    :raises SetupError: with the end of the output (or its summary), when the
        program failed
    """
    words = [str(word) for word in command]
    with log_path.open("ab+") as log:
        start = log.seek(0, os.SEEK_END)
        log.write(f"$ {' '.join(words)}\n".encode())
        log.flush()
        try:
            code = subprocess.run(
                words,
                input=script.encode(),
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environ,
                cwd=folder,
                preexec_fn=die_with_parent,
                check=False,
                # Python's files are closed anyway, except the locks.
                **{"close_fds": False, **options},
            ).returncode
        except OSError as error:
            raise SetupError(f"{words[0]} could not be started: {error}") from error
        log.seek(start)
        output = log.read().decode(errors="replace")
    if code:
        summary = (summarise or last_lines)(output)
        raise SetupError(
            f"{Path(words[0]).name} failed with exit code {code}:\n{summary}\n"
            f"(whole log: {log_path})\n{advise(output + summary)}".rstrip()
        )
    return output


def run_attached(
    command: Sequence[object], folder: Path, environ: Mapping[str, str]
) -> int:
    """Run a program on this terminal; return its exit code."""
    sys.stdout.flush()
    words = [str(word) for word in command]
    return subprocess.call(words, cwd=folder, env=environ, preexec_fn=die_with_parent)


def last_lines(text: str, count: int = 15) -> str:
    return "\n".join("    " + line for line in text.rstrip().splitlines()[-count:])


def find_free_port(purpose: str | None = None) -> int:
    """Return a TCP port of the loopback interface that nobody listens on.

    Until this process ends, no other call of any process returns it. The kernel gives
    no port of this range to outgoing connections, nor to servers that name none.

    :param purpose: it gets the same port each time, unless that port is in use
    """
    folder = Path(tempfile.gettempdir()) / f"connector-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in random.Random(purpose).sample(PORTS, len(PORTS)):
        lock_file = (folder / str(port)).open("w")
        with suppress(OSError), socket.socket() as listener:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            _port_locks.append(lock_file)
            return port
        lock_file.close()
    raise SetupError(f"No port of {PORTS[0]} to {PORTS[-1]} is free.")


def start_session(
    command: Sequence[object], log_path: Path, environ: Mapping[str, str]
) -> subprocess.Popen:
    """Start a server in a separate session, which Ctrl-C does not reach."""
    with log_path.open("ab") as log:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(environ),
            start_new_session=True,
            preexec_fn=die_with_parent,
        )


def end_session(process: subprocess.Popen, timeout_seconds: float = 3) -> None:
    """End a process of `start_session` and its children.

    Without a timeout they are killed immediately.
    """
    if timeout_seconds:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout_seconds)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
