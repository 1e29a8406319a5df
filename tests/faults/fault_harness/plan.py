# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which fault comes when: decided before anything runs, by a seed alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """Kind of a fault."""

    # on the way to the source, by the proxy
    DELAY = "answer late"
    CUT_BEFORE = "connection cut before the request"
    CUT_AFTER = "connection cut before the answer"
    TRUNCATE = "half a body"
    CORRUPT = "body corrupted"
    STATUS_429 = "429"
    STATUS_500 = "500"
    STATUS_502 = "502"
    STATUS_503 = "503"
    HTML = "HTML instead of JSON"
    DOWN = "source unreachable"
    # to the processes
    KILL_WORKER = "kill -9 of a worker in a job"
    KILL_RUNNER = "kill -9 of the job runner"
    KILL_TARGET = "kill -9 of the whole Odoo server"
    KILL_SOURCE = "kill -9 of the remote Odoo"
    RESTART_POSTGRES = "PostgreSQL restarted"
    CRASH_POSTGRES = "PostgreSQL crashed"
    # to the records
    RIVAL = "rival transaction (deadlock, serialization failure)"
    SCHEDULERS = "two concurrent schedulers"
    DELETE_REMOTE = "record deleted between list and read"
    UPGRADE = "addon upgraded, registry reloaded"


NETWORK = (
    *(Kind.DELAY, Kind.CUT_BEFORE, Kind.CUT_AFTER, Kind.TRUNCATE, Kind.CORRUPT),
    *(Kind.STATUS_429, Kind.STATUS_500, Kind.STATUS_502, Kind.STATUS_503, Kind.HTML),
    Kind.DOWN,
)
LOST_ANSWERS = (Kind.CUT_AFTER, Kind.TRUNCATE, Kind.CORRUPT, Kind.STATUS_502)
SECONDS = {
    Kind.DELAY: (0.2, 2.0),
    Kind.DOWN: (1.0, 6.0),
    Kind.RIVAL: (0.2, 1.5),
}


@dataclass(frozen=True)
class Fault:
    """One fault, due at the nth request to the source.

    With ``methods``, at the first request from then on that calls one of them.
    """

    at: int
    kind: Kind
    seconds: float = 0.0
    methods: tuple[str, ...] = ()

    def is_due(self, ordinal: int, method: str) -> bool:
        return ordinal >= self.at and (not self.methods or method in self.methods)


def plan_faults(
    seed: int | str,
    kinds: Sequence[Kind],
    count: int,
    horizon: int,
    methods: tuple[str, ...] = (),
) -> tuple[Fault, ...]:
    """Return ``count`` faults among the first ``horizon`` requests, each kind in turn.

    :param methods: methods with faults of the network, by default all
    """
    chance = random.Random(str(seed))
    turns = -(-count // len(kinds))
    chosen = [kind for _turn in range(turns) for kind in _shuffled(chance, kinds)]
    moments = sorted(chance.sample(range(3, max(horizon, count + 3) + 1), count))
    return tuple(
        Fault(
            at,
            kind,
            round(chance.uniform(*SECONDS.get(kind, (0.0, 0.0))), 2),
            methods if kind in NETWORK else (),
        )
        for at, kind in zip(moments, chosen, strict=False)
    )


def _shuffled(chance: random.Random, kinds: Sequence[Kind]) -> list[Kind]:
    return chance.sample(list(kinds), len(kinds))
