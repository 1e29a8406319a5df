# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Wait: other threads wait while one thread rebuilds the components of a database.

Odoo calls ``_unregister_hook``, changes its registry (an addon is installed, a custom
field is added), and calls ``_register_hook``. Between the two there are no components.
Another thread that looks up a component, or notifies listeners, waits for the second
hook; the thread that rebuilds does not.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

#: longest wait, counted from the beginning of the rebuild
PATIENCE_SECONDS = 10


@dataclass
class _Rebuild:
    """The time between the hooks, in the thread that calls them."""

    thread_id: int = field(default_factory=threading.get_ident)
    began: float = field(default_factory=time.monotonic)
    ended: threading.Event = field(default_factory=threading.Event)


class Rebuilds:
    """The databases whose components are being rebuilt, and by which thread."""

    def __init__(self) -> None:
        self._rebuilds: dict[str, _Rebuild] = {}

    def begin(self, dbname: str) -> None:
        """Make other threads wait, before the components are withdrawn."""
        self._rebuilds[dbname] = _Rebuild()

    def end(self, dbname: str) -> None:
        """Release the waiting threads: the components are there."""
        rebuild = self._rebuilds.pop(dbname, None)
        if rebuild is not None:
            rebuild.ended.set()

    def wait(self, dbname: str) -> None:
        """Wait for the end of a rebuild by another thread, if there is one.

        Wait at most ``PATIENCE_SECONDS`` from its beginning: a rebuild that failed
        never ends.
        """
        rebuild = self._rebuilds.get(dbname)
        if rebuild is not None and rebuild.thread_id != threading.get_ident():
            left = rebuild.began + PATIENCE_SECONDS - time.monotonic()
            if left > 0:
                rebuild.ended.wait(left)


rebuilds = Rebuilds()
