# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Wait: while the components of a database are built anew, others hold their events."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

#: how long a rebuild is waited for at most, counted from its beginning
PATIENCE_SECONDS = 10


@dataclass
class _Rebuild:
    """The time between the hooks, in the thread that calls them."""

    thread_id: int = field(default_factory=threading.get_ident)
    began: float = field(default_factory=time.monotonic)
    ended: threading.Event = field(default_factory=threading.Event)


class Rebuilds:
    """Know of the databases whose components are being built anew, and by whom."""

    def __init__(self) -> None:
        self._rebuilds: dict[str, _Rebuild] = {}

    def begin(self, dbname: str) -> None:
        """Have other threads wait, from before the components are withdrawn."""
        self._rebuilds[dbname] = _Rebuild()

    def end(self, dbname: str) -> None:
        """Have the threads that wait go on; the components are there again."""
        rebuild = self._rebuilds.pop(dbname, None)
        if rebuild is not None:
            rebuild.ended.set()

    def wait(self, dbname: str) -> None:
        """Return when no rebuild is under way, or this thread is the one that does it.

        One that was broken off is not waited for longer than any other.
        """
        rebuild = self._rebuilds.get(dbname)
        if rebuild is not None and rebuild.thread_id != threading.get_ident():
            left = rebuild.began + PATIENCE_SECONDS - time.monotonic()
            if left > 0:
                rebuild.ended.wait(left)


rebuilds = Rebuilds()
