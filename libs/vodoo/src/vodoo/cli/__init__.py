# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The command ``vodoo``.

Exit codes: 0 done, 1 any other failure, 2 wrong usage, 3 credentials refused, 4 no
access rights, 5 record or model not found, 6 Odoo refuses the call, 7 no answer,
8 a change may have been made, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from .. import _errors as errors

EXIT_CODES: tuple[tuple[type[BaseException], int], ...] = (
    (errors.ConfigurationError, 2),
    (errors.FieldParsingError, 2),
    (errors.ArgumentMappingError, 2),
    (errors.AuthenticationError, 3),
    (errors.OdooAccessError, 4),
    (errors.RecordNotFoundError, 5),
    (errors.UnknownModelError, 5),
    (errors.UnknownMethodError, 5),
    (errors.ConcurrencyError, 7),
    (errors.DatabaseLostError, 7),
    (errors.SessionExpiredError, 7),
    (errors.OdooServerError, 6),
    (errors.ValueEncodingError, 6),
    (errors.OutcomeUnknownError, 8),
    (errors.TransportError, 7),
    (errors.VodooError, 1),
    (OSError, 1),
    (ValueError, 2),
    (KeyboardInterrupt, 130),
)


def exit_code_of(error: BaseException) -> int:
    """Return the exit code for an error."""
    for error_class, code in EXIT_CODES:
        if isinstance(error, error_class):
            return code
    return 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code."""
    from .output import printable
    from .parser import build_parser, normalized

    words = normalized(sys.argv[1:] if arguments is None else arguments)
    options = build_parser(words).parse_args(words)
    try:
        options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader closed the pipe: keep Python from flushing into it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (Exception, KeyboardInterrupt) as error:
        if not isinstance(
            error, errors.VodooError | OSError | ValueError | KeyboardInterrupt
        ):
            raise
        print(
            f"vodoo: {printable(str(error) or type(error).__name__)}", file=sys.stderr
        )
        traceback = getattr(error, "server_traceback", None)
        if options.debug and traceback:
            print(printable(traceback), file=sys.stderr)
        return exit_code_of(error)
    return 0
