# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Commands, files and figures in README.rst exist, and GitHub can show it."""

import csv
import re
import textwrap

from devtools.bootstrap import COMMANDS
from devtools.environment import CLONE
from docutils.core import publish_doctree
from docutils.utils import Reporter
from test_examples import count_code
from test_reference import PUBLISHED
from two_odoos import command as demo

README = (CLONE / "README.rst").read_text()


def test_commands_of_the_readme_exist():
    named = set(re.findall(r"\./dev (\w+)", README))
    assert {"demo", "test"} <= named <= set(COMMANDS)


def test_options_of_the_demo_exist(capsys):
    options = set(re.findall(r"\./dev demo (--\w+)", README))
    assert options
    try:
        demo.main(None, ["--help"])
    except SystemExit as stop:
        assert stop.code == 0
    assert options <= set(re.findall(r"--\w+", capsys.readouterr().out))


def test_every_linked_file_and_picture_exists():
    files = re.findall(r"<([\w/.]+)>`__|image:: (\S+)|_\w[\w ]*: (\S+)", README)
    assert len(files) > 20
    for file in filter(None, (name for names in files for name in names)):
        assert (CLONE / file).exists(), file


def test_github_can_show_it():
    # As GitHub does: docutils alone, which knows no role or directive of Sphinx.
    settings = {"report_level": Reporter.INFO_LEVEL, "halt_level": Reporter.INFO_LEVEL}
    publish_doctree(README, settings_overrides=settings)


def test_figures_are_those_of_their_sources():
    rows = list(csv.DictReader((CLONE / "docs" / "reliability.csv").open()))
    totals = {
        name: sum(int(row[name]) for row in rows)
        for name in ("faults", "records", "lost", "duplicated")
    }
    assert f" {totals['faults']} injected faults" in README
    assert f" {totals['records']:,} records" in README
    assert f"{totals['lost']} lost, {totals['duplicated']} duplicated" in README
    assert f" {len(PUBLISHED)} names" in README
    shop = CLONE / "examples" / "connector_vendure"
    files = [path for path in (shop / "components").glob("[!_]*.py")]
    assert f"takes {sum(map(count_code, [shop / 'models.py', *files]))}\n" in README
    benchmarks = (CLONE / "docs" / "benchmarks.rst").read_text()
    for figure in ("1.22", "28", "445", "1,000,000", "10,000", "70 ms", "0.4 s"):
        assert re.search(rf"(?<![\d.]){figure}(?![\d.]*\d)", README), figure
        assert re.search(rf"(?<![\d.]){figure}(?![\d.]*\d)", benchmarks), figure


def code_blocks(language):
    pattern = rf"\.\. code-block:: {language}\n\n((?:    .*\n|\n)+)"
    return [textwrap.dedent(block).strip() for block in re.findall(pattern, README)]


def test_the_minimal_connector_is_the_one_whose_tests_run():
    folder = CLONE / "tests" / "addons" / "shop_connector"
    blocks = code_blocks("python")
    for name in ("models.py", "components.py"):
        assert (folder / name).read_text().strip() in blocks, name


def test_the_minimal_connector_has_forty_lines_of_code():
    lines = "\n".join(code_blocks("python")[:2]).splitlines()
    code = [line for line in lines if line and not line.startswith(("from", "import"))]
    assert len(code) <= 40
