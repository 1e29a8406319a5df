# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Addresses that users copy from a browser, cut to the address of the server.

::

    https://erp.example.com/web/login?db=erp#menu=1   https://erp.example.com, erp
    https://erp.example.com/odoo/action-128           https://erp.example.com
    https://example.com/erp/web#id=7                  https://example.com/erp
    erp.example.com                                   https://erp.example.com

Only pages of Odoo are cut. Any other path, query or fragment stays, as it may be a
mistake that the user must see; ``find_server`` refuses what is not a server.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

#: first segments of the paths of Odoo's pages
_PAGES = re.compile(r"/(?:web|odoo)(?=[/?#]|$)")
#: a host with a dot, or localhost; a port; and a path of Odoo's pages
_WITHOUT_SCHEME = re.compile(
    r"(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::[0-9]{1,5})?(?:/\S*)?",
    re.IGNORECASE | re.ASCII,
)
#: the start page, perhaps of a database
_START = re.compile(r"/?\?(?:db|debug)=[^&#\s]*(?:#.*)?")


class PastedAddress(NamedTuple):
    """The address of the server, what was cut from it, and the database it named."""

    url: str
    cut: str
    database: str


def cut_address(pasted: str) -> PastedAddress:
    """Return the address of the server of a page of Odoo."""
    text = pasted.strip()
    if _WITHOUT_SCHEME.fullmatch(text):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
    except ValueError:  # an unmatched bracket
        return PastedAddress(text, "", "")
    start = text.find(parts.netloc) + len(parts.netloc)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return PastedAddress(text, "", "")
    after = text[start:]
    page = _PAGES.search(after)
    if page and page.start() <= len(parts.path):
        kept = after[: page.start()]
    elif _START.fullmatch(after):
        kept = ""
    else:
        return PastedAddress(text, "", "")
    databases = parse_qs(parts.query).get("db") or [""]
    return PastedAddress(text[:start] + kept, after[len(kept) :], databases[0])
