# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Report the outcomes of the imports."""

from __future__ import annotations

from collections.abc import Sequence

from text_output import format_table

COUNTS = ("found", "created", "updated", "unchanged", "skipped", "failed")
HEAD = ("model", *COUNTS, "records/s")


def format_runs(runs: Sequence[dict]) -> str:
    return format_table(
        HEAD,
        [
            [
                run["model_name"],
                *(run[f"{count}_count"] for count in COUNTS),
                f"{run['records_per_second']:.0f}",
            ]
            for run in runs
        ],
    )


def explain_skipped(runs: Sequence[dict]) -> str:
    """Return why products were skipped, empty if none were."""
    products = {"odoo.product.template", "odoo.product.product"}
    if any(run["skipped_count"] for run in runs if run["model_name"] in products):
        return "skipped: combo products, which the connector does not import"
    return ""


def find_problems(runs: Sequence[dict], failures: Sequence[str]) -> list[str]:
    """Return a line for each reason why an import cannot be called a success."""
    problems = [f"job failed: {failure}" for failure in failures]
    if not runs:
        problems.append("no run was recorded")
    for run in runs:
        if run["state"] != "done":
            problems.append(f"the run of {run['model_name']} is {run['state']}")
        if not run["found_count"]:
            problems.append(f"nothing was found for {run['model_name']}")
    return problems
