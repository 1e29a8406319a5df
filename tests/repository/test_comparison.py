# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The samples of the comparison have as many lines as it claims."""

import re

import pytest
from devtools.environment import CLONE

PAGE = CLONE / "docs" / "compare_shopify_connector.rst"


def count_lines(text: str, start: str, end: str) -> int:
    """Return the number of lines from ``start`` to ``end``, without blank ones."""
    lines = [line for line in text.splitlines() if line.strip()]
    first = next(index for index, line in enumerate(lines) if start in line)
    last = next(index for index, line in enumerate(lines[first:], first) if end in line)
    return last - first + 1


@pytest.mark.parametrize(
    ("claim", "start", "end"),
    [
        ("`The adapter`_: ", "class ShopifyAdapter", "_inherit = "),
        ("``_budget``: ", "_budget = CostBudget(", "_budget = CostBudget("),
        ("``_auth``: ", "_auth = OAuth2ClientCredentials(", " )"),
        ("``_bulk_query``: ", "_bulk_query = ", "_bulk_children"),
        ("``_webhook_scheme``, ", "_webhook_scheme = ", "_webhook_scheme = "),
        ("``_webhook_topics``: ", "_webhook_topics = ", " }"),
    ],
)
def test_the_samples_have_the_claimed_number_of_lines(claim, start, end):
    text = PAGE.read_text(encoding="utf-8")
    claimed = int(re.search(re.escape(claim) + r"(\d+) line", text)[1])
    assert count_lines(text, start, end) == claimed
