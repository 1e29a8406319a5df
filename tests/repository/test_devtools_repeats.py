# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Repeated runs show which tests are flaky."""

import argparse
import subprocess
import sys

import pytest
from devtools.commands.test import make_parser
from repeated_runs import run_count, run_repeatedly

# The class is one of unittest, like Odoo's. "flaky" fails in its second run.
TESTS = """
import pathlib
import unittest

class TestRuns(unittest.TestCase):
    def test_flaky(self):
        runs = pathlib.Path(__file__).with_name("runs")
        text = runs.read_text() if runs.exists() else ""
        runs.write_text(text + "x")
        self.assertNotEqual(len(text), 1)

    def test_broken(self):
        self.fail()

    def test_good(self):
        pass
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--repeat", "3", "a", "-x", "-k", "not b", "-p", "no:c", "--maxfail=2"],
        ["a", "-x", "-k", "not b", "--repeat=3", "-p", "no:c", "--maxfail=2"],
    ],
)
def test_pytest_gets_all_but_the_number_of_runs(arguments):
    options, others = make_parser().parse_known_args(arguments)
    assert options.repeat == 3
    assert others == ["a", "-x", "-k", "not b", "-p", "no:c", "--maxfail=2"]


def test_one_run_is_the_default():
    assert make_parser().parse_known_args(["a"])[0].repeat == 1


@pytest.mark.parametrize("word", ["a", "0", "-1", ""])
def test_a_number_of_runs_is_needed(word):
    with pytest.raises(argparse.ArgumentTypeError, match="is not a number of runs"):
        run_count(word)


@pytest.mark.long
def test_failures_of_all_runs_are_counted(tmp_path, capsys):
    path = tmp_path / "test_runs.py"
    path.write_text(TESTS)

    def run(options):
        command = [sys.executable, "-m", "pytest", "-p", "no:odoo", "-q", str(path)]
        return subprocess.call(
            [*command, *options], cwd=tmp_path, stdout=subprocess.DEVNULL
        )

    assert run_repeatedly(run, 3) == 1
    output = capsys.readouterr().out
    assert "3 runs: 2 tests failed." in output
    assert "  3 of 3 (always)  test_runs.TestRuns.test_broken" in output
    assert "  1 of 3 (flaky)  test_runs.TestRuns.test_flaky" in output


def test_a_run_that_was_interrupted_is_the_last(capsys):
    codes = iter([0, 2])
    reports = []

    def run(options):
        reports.append(options)
        (option,) = options
        with open(option.partition("=")[2], "w") as report:
            report.write("<testsuites/>")
        return next(codes)

    assert run_repeatedly(run, 5) == 2
    assert len(reports) == 2
    assert "2 runs: no test failed." in capsys.readouterr().out
