# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Summary and table of the rounds of a case."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

#: ``{side: its figure}`` in one round
Figures = dict[str, float]


def median_ratio(rounds: Sequence[Figures], side: str, to: str) -> float:
    """Return the median of the ratios of two sides, each taken within a round."""
    return statistics.median(figures[side] / figures[to] for figures in rounds)


def summarise(
    name: str,
    rounds: list[Figures],
    unit: str = "s",
    target: float | None = None,
    against: str = "floor",
) -> dict:
    """Return the medians of a case's rounds, and of the ratios within each."""
    result: dict = {"case": name, "unit": unit, "target": target}
    for side in dict.fromkeys(side for figures in rounds for side in figures):
        if all(side in figures for figures in rounds):
            result[side] = statistics.median(figures[side] for figures in rounds)

    def ratio(side: str, to: str) -> float | None:
        if side not in result or to not in result:
            return None
        return median_ratio(rounds, side, to)

    result["suite_to_floor"] = ratio("suite", "floor")
    result["peer_to_floor"] = ratio("peer", "floor")
    result["peer_to_suite"] = ratio("peer", "suite")
    reached = ratio("suite", against)
    result["against"] = against
    result["met"] = None if target is None or reached is None else reached <= target
    return result


def format_results(title: str, results: list[dict], has_peer: bool) -> str:
    """Return a table of the results of ``summarise``."""
    columns = ["case", "floor", "suite", "x floor", "target"]
    if has_peer:
        columns += ["peer", "x floor", "peer/suite"]
    rows = [columns]
    for result in results:
        row = [
            result["case"],
            _figure(result.get("floor"), result["unit"]),
            _figure(result.get("suite"), result["unit"]),
            _times(result["suite_to_floor"]),
            _target(result),
        ]
        if has_peer:
            row += [
                _figure(result.get("peer"), result["unit"]),
                _times(result["peer_to_floor"]),
                _times(result["peer_to_suite"]),
            ]
        rows.append(row)
    widths = [max(len(row[i]) for row in rows) for i in range(len(columns))]
    lines = [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join([f"{title} (medians of {len(results)} cases)", "", *lines])


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    scales = [(1, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")]
    if unit == "B":
        scales = [(1e6, "MB"), (1e3, "kB"), (1, "B")]
    scale, name = next((s for s in scales if value >= s[0]), scales[-1])
    return f"{value / scale:.3g} {name}"


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}"


def _target(result: dict) -> str:
    if result["target"] is None:
        return ""
    against = "" if result["against"] == "floor" else f" {result['against']}"
    missed = " MISSED" if result["met"] is False else ""
    target = result["target"]
    shown = f"{target:g}" if target >= 1 else f"1/{1 / target:g}"
    return f"<= {shown}{against}{missed}"
