# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The examples of the README and of the manual run unchanged."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from vodoo_support.odoo_server import OdooServer

LIBRARY = Path(__file__).parents[1]
README = re.findall(r"```python\n(.*?)```", (LIBRARY / "README.md").read_text(), re.S)


def manual_examples() -> list[str]:
    """Return the Python of the manual, which a clone has beside the library."""
    manual = LIBRARY.parents[1] / "docs" / "vodoo.rst"
    if not manual.is_file():
        return []
    blocks = re.findall(
        r"\.\. code-block:: python\n\n((?:    .*\n|\n)+)", manual.read_text()
    )
    return [textwrap.dedent(block) for block in blocks]


def on_server(example: str, odoo: OdooServer) -> str:
    """Return the example with the settings of the test server."""
    replaced = {
        "https://my.odoo.com": odoo.url,
        "mydb": odoo.database,
        "bot@example.com": odoo.username,
        "api-key": odoo.api_key(),
    }
    for placeholder, value in replaced.items():
        assert f'"{placeholder}"' in example
        example = example.replace(f'"{placeholder}"', f'"{value}"')
    return example


@pytest.mark.parametrize("example", README + manual_examples())
def test_an_example_runs_and_prints(
    example: str, odoo: OdooServer, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(on_server(example, odoo), "example", "exec"), {"__name__": "example"})
    assert capsys.readouterr().out


def test_the_readme_has_examples() -> None:
    assert len(README) >= 2
