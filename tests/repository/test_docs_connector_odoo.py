# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The model that docs/connector_odoo.rst adds is the one whose tests run."""

import re
import textwrap

from devtools.environment import CLONE

PAGE = (CLONE / "docs" / "connector_odoo.rst").read_text()
ADDON = CLONE / "tests" / "addons" / "odoo_brand_connector"


def code_blocks(language):
    pattern = rf"\.\. code-block:: {language}\n\n((?:    .*\n|\n)+)"
    return [textwrap.dedent(block).strip() for block in re.findall(pattern, PAGE)]


def test_the_code_of_the_page_is_that_of_the_addon():
    models, components = code_blocks("python")
    assert models == (ADDON / "models.py").read_text().strip()
    assert components == (ADDON / "components.py").read_text().strip()


def test_a_model_is_a_dozen_lines():
    lines = "\n".join(code_blocks("python")).splitlines()
    code = [line for line in lines if line and not line.startswith(("from", "import"))]
    assert len(code) <= 12
