# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A scaffolded addon is installed, and passes its tests and the linters, as it is."""

import pytest
from scaffold_support import assert_works, run_dev


def test_a_rest_connector_works(tmp_path):
    run_dev("scaffold", "try_shop", tmp_path)
    assert_works(tmp_path / "try_shop", least_tests=14)


LONG = {
    "rest": [],
    "rest with several models": ["--model=res.partner", "--model=product.category"],
    "no protocol": ["--kind=none"],
    "no protocol, several models": [
        "--kind=none",
        "--backend=my_files",
        "--model=res.partner.category",
        "--model=product.template",
    ],
    "odoo": ["--kind=odoo"],
    "odoo with several models": [
        "--kind=odoo",
        "--model=crm.stage",
        "--model=res.partner.industry",
    ],
}


@pytest.mark.long
@pytest.mark.parametrize("case", LONG)
def test_each_kind_works_and_is_clean(tmp_path, case):
    run_dev("scaffold", "try_long", tmp_path, *LONG[case])
    assert_works(tmp_path / "try_long", least_tests=9)
    run_dev("lint", tmp_path / "try_long")
