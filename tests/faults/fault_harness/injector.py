# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Assign the faults of a plan to requests, and count them."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque

from .plan import NETWORK, Fault, Kind


class Injector:
    """Shared by the proxy's threads and the one that drives the scenario."""

    def __init__(self, faults: tuple[Fault, ...] = ()):
        self._lock = threading.Lock()
        self._waiting = list(faults)
        #: faults that the thread of the scenario has to act on
        self._to_act: deque[Fault] = deque()
        self.planned = len(faults)
        self.injected: Counter[Kind] = Counter()
        self.request_count = 0
        self.down_until = 0.0

    def on_request(self, method: str) -> Fault | None:
        """Count a request; return its fault of the network."""
        with self._lock:
            self.request_count += 1
            for fault in [f for f in self._waiting if f.kind not in NETWORK]:
                if fault.is_due(self.request_count, method):
                    self._waiting.remove(fault)
                    self._to_act.append(fault)
            for fault in self._waiting:
                if fault.is_due(self.request_count, method):
                    self._waiting.remove(fault)
                    self.note(fault)
                    if fault.kind is Kind.DOWN:
                        self.down_until = time.monotonic() + fault.seconds
                    return fault
        return None

    def is_down(self) -> bool:
        return time.monotonic() < self.down_until

    def next_to_act(self) -> Fault | None:
        """Return a fault that is due and is not the proxy's to make."""
        with self._lock:
            return self._to_act.popleft() if self._to_act else None

    def act_later(self, fault: Fault) -> None:
        """Return a fault without an effect to the plan."""
        with self._lock:
            self._to_act.append(fault)

    def note(self, fault: Fault) -> None:
        """Count a fault as made."""
        self.injected[fault.kind] += 1

    @property
    def injected_count(self) -> int:
        return sum(self.injected.values())

    @property
    def has_more(self) -> bool:
        return bool(self._waiting or self._to_act)
