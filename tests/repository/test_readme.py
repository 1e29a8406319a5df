# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What README.rst tells a person to type exists."""

import re

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
