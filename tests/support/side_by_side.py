# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run functions side by side, in threads.

The threads mostly wait for the programs that they start. They are daemons: a command
that is ended by a signal does not wait for them, and their programs end with them
(``processes.die_with_parent``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable


def run_side_by_side(*functions: Callable[[], object]) -> None:
    """Call functions at the same time, and return when all have ended.

    :raises: the first exception of a function, after the others have ended
    """
    errors: list[BaseException] = []

    def run(function: Callable[[], object]) -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)

    threads = [
        threading.Thread(target=run, args=(function,), daemon=True)
        for function in functions
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
