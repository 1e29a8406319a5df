# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Repeated runs of tests, which find the tests that fail in some of them.

pytest-repeat parametrizes functions, and so cannot repeat methods of unittest classes
such as Odoo's; here, pytest runs several times, each time on a new database.
pytest-flakefinder repeats such methods on one database, which keeps what a test
committed, and does not count.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

#: pytest's exit codes of a run that is complete: all tests passed, or some failed
COMPLETE = (0, 1)

#: runs pytest with more options, and returns its exit code
Run = Callable[[list[str]], int]


def run_count(word: str) -> int:
    """Return the number of runs that an argument of ``--repeat`` names."""
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of runs, as 5 is")
    return int(word)


def run_repeatedly(run: Run, repeats: int) -> int:
    """Run tests several times, print which failed how often; return an exit code.

    A run that pytest did not complete is the last one.
    """
    failures: Counter[str] = Counter()
    codes: list[int] = []
    with tempfile.TemporaryDirectory(prefix="connector_repeat_") as folder:
        report = Path(folder) / "report.xml"
        for number in range(1, repeats + 1):
            print(f"===== run {number} of {repeats} =====", flush=True)
            codes.append(run([f"--junitxml={report}"]))
            if codes[-1] not in COMPLETE:
                break
            failures.update(read_failures(report))
    print(describe_failures(failures, len(codes)))
    return next((code for code in reversed(codes) if code), 0)


def read_failures(report: Path) -> set[str]:
    """Return the names of the tests that failed in a report of pytest."""
    return {
        f"{case.get('classname')}.{case.get('name')}"
        for case in ElementTree.parse(report).iter("testcase")
        if case.find("failure") is not None or case.find("error") is not None
    }


def describe_failures(failures: Counter[str], runs: int) -> str:
    """Return a table of the tests that failed, the most frequent first."""
    if not failures:
        return f"{runs} runs: no test failed."
    lines = [f"{runs} runs: {len(failures)} tests failed."]
    for name, count in failures.most_common():
        kind = "always" if count == runs else "flaky"
        lines.append(f"  {count} of {runs} ({kind})  {name}")
    return "\n".join(lines)
