# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One thing that is wrong with a backend, or with the whole database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

ERROR = "error"
WARNING = "warning"
OK = "ok"
#: the worst last
STATUSES = (OK, WARNING, ERROR)

#: model and id of a backend, key; None for the whole database
Identity = tuple[str | None, int | None, str]


class Condition(NamedTuple):
    """One thing that needs attention.

    Two conditions are the same if their ``identity`` is; text, count and severity may
    change.

    :param kind: ``runner``, ``cron``, or one of those listed in ``backends.py``
    :param severity: ``error`` or ``warning``
    :param backend_model: None if it concerns the whole database
    :param key: identifies the condition among those of the backend
    :param text: one sentence in the language of the user
    :param since: UTC; None if unknown
    :param count: how many records, decisions or jobs it concerns
    :param fix: the suggested action, in the language of the user
    :param action: the window that shows the cause, None if there is none
    :param code: of the cause of errors
    """

    kind: str
    severity: str
    backend_model: str | None
    backend_id: int | None
    key: str
    text: str
    since: datetime | None = None
    count: int = 1
    fix: str = ""
    action: dict[str, Any] | None = None
    code: str | None = None

    @property
    def backend_key(self) -> tuple[str | None, int | None]:
        return self.backend_model, self.backend_id

    @property
    def identity(self) -> Identity:
        return self.backend_model, self.backend_id, self.key


def worst_of(conditions: Iterable[Condition]) -> str:
    """Return the status of the conditions: ``ok``, ``warning`` or ``error``."""
    return max(
        (condition.severity for condition in conditions),
        key=STATUSES.index,
        default=OK,
    )
