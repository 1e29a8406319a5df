# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run one command; this process is inside the environment's Python."""

from __future__ import annotations

import importlib
import os
import signal
import sys

from ..environment import CLONE, Environment
from ..errors import SetupError

#: Commands that belong to the tests, the documentation and the benchmarks, and their
#: modules in tests/support, docs/support and the clone.
ELSEWHERE = {
    "bench": "benchmarks.command",
    "demo": "two_odoos.command",
    "docs": "site_build",
    "readme": "addon_readmes",
}


def raise_terminated(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def handle_signals() -> None:
    """Let a signal end this process like an exception, which undoes what it began."""
    # Ended politely, a command ends what it started, as it does after Ctrl-C.
    signal.signal(signal.SIGTERM, raise_terminated)
    # A shell's background job ignores Ctrl-C, but must end on a signal to it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, raise_terminated)


def main() -> int:
    handle_signals()
    name, *arguments = sys.argv[1:]
    sys.path.append(str(CLONE))
    command = importlib.import_module(ELSEWHERE.get(name, f"{__package__}.{name}"))
    try:
        return command.main(Environment.current(), arguments)
    except SetupError as error:
        sys.stdout.flush()
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted\n")
        return 130
    except BrokenPipeError:
        # The output was read by a program that has ended, as in ./dev … | head.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
