# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Commands and files in README.rst exist."""

import re
import textwrap

from devtools.bootstrap import COMMANDS
from devtools.commands import demo
from devtools.environment import CLONE

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


def test_every_linked_folder_exists():
    folders = re.findall(r"<([\w/.]+)>`__", README)
    assert folders
    for folder in folders:
        assert (CLONE / folder).exists(), folder


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
