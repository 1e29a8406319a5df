# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Store the outcome of each scenario, one line of JSON each."""

from __future__ import annotations

import csv
import json
import os
import platform
import time
from pathlib import Path
from typing import Any

from .scenarios import Outcome


def describe(outcome: Outcome, seed: str) -> dict[str, Any]:
    """Return a line of the report."""
    verdict = outcome.verdict
    return {
        "scenario": outcome.name,
        "planned": outcome.planned,
        "injected": outcome.injected,
        "requests": outcome.requests,
        "seconds": round(outcome.seconds, 1),
        "records": verdict.records,
        "values": verdict.values,
        "lost": len(verdict.lost),
        "duplicated": len(verdict.duplicated),
        "different": len(verdict.different),
        "other": len(verdict.other),
        "failed_jobs": outcome.failed_jobs,
        **circumstances(seed),
    }


def circumstances(seed: str) -> dict[str, Any]:
    """Return when and where a figure was measured."""
    return {
        "seed": seed,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}",
    }


def append(path: Path, line: dict[str, Any]) -> None:
    with path.open("a") as out:
        out.write(json.dumps(line) + "\n")


HEAD = ("scenario", "faults", "records", "lost", "duplicated", "wrong", "failed jobs")
HEAD += ("seed", "date", "machine")


def table_row(line: dict[str, Any]) -> tuple:
    """Return a line of the report as a row of the table."""
    place = (line["seed"], line["date"], line["machine"])
    if line["scenario"] == "soak":
        memory, connections = line["memory_megabytes"], line["connections"]
        name = (
            f"soak: {line['minutes']:g} minutes, {line['edits']} edits, "
            f"{line['jobs']} jobs, {memory[0]} → {memory[1]} MB, "
            f"{connections[0]:g} → {connections[1]:g} connections"
        )
        return (name, 0, line["records"], 0, 0, line["problems"], 0, *place)
    faults = ", ".join(f"{n} × {kind}" for kind, n in sorted(line["injected"].items()))
    count = sum(line["injected"].values())
    wrong = line["different"] + line["other"]
    counts = (line["records"], line["lost"], line["duplicated"], wrong)
    name = f"{line['scenario']} ({faults})"
    return (name, count, *counts, line["failed_jobs"], *place)


def write_table(path: Path, lines: list[dict[str, Any]]) -> None:
    """Write the last line of each scenario, whatever it found."""
    last = {line["scenario"]: line for line in lines}
    with path.open("w", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(HEAD)
        table.writerows(table_row(last[name]) for name in sorted(last))


def read(path: Path) -> list[dict[str, Any]]:
    """Return the lines that were kept, oldest first."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]
