# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Unexpected values that a backend may send; contains no test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SHORT = 60


def nested(depth: int) -> list:
    value: list = []
    for _level in range(depth):
        value = [value]
    return value


#: control characters, NUL and lone surrogates among them
texts = st.one_of(
    st.text(st.characters(), max_size=20),
    st.sampled_from(["", "\0", "a\0b", "\ud800", "\x1b[0m", "False", "x" * 10_000]),
)
numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([0, 1, -1, 2**31, 2**63, 10**400, 1e308]),
)
dates = st.sampled_from(
    [
        "2026-01-01T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "10000-01-01",
        "0000-00-00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "yesterday",
    ]
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts, dates)
values = st.one_of(
    st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(texts, inner, max_size=3),
        ),
        max_leaves=6,
    ),
    st.integers(1, 5_000).map(nested),
)


def check(examples: int, *strategies: Any) -> Callable[[Callable], None]:
    """Run the decorated function on that many generated arguments.

    The short form generates the same ones each time.
    """

    def run(function: Callable) -> None:
        chosen = settings(
            max_examples=examples,
            derandomize=examples <= SHORT,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        chosen(given(*strategies)(function))()

    return run
