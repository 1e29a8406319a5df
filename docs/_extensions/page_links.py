# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Let pages link by paths, which GitHub follows, too.

GitHub renders the pages with docutils alone, which knows no role of Sphinx. The pages
therefore link by relative paths: ```Mappers <mapper.rst>`__``. On the site, a link to a
page becomes one to its HTML, and a link to another file of the repository a download.
"""

import re
from os.path import normpath
from pathlib import PurePosixPath

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging

#: an address with a scheme or a server, or an anchor alone
ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)
logger = logging.getLogger(__name__)


def resolve_page_links(app, doctree):
    """Replace the links to relative paths by references that Sphinx resolves."""
    for link in list(doctree.findall(nodes.reference)):
        path = link.get("refuri", "")
        if not path or ABSOLUTE.match(path):
            continue
        path, _, anchor = path.partition("#")
        found = find_target(app, path)
        if found is None or anchor:
            logger.warning(
                "the link %r leads to no file, or to a part of a page",
                link["refuri"],
                location=link,
            )
            continue
        found += link.children
        link.replace_self(found)


def find_target(app, path):
    """Return a reference to the file at a path relative to the page, or None."""
    docname = app.env.docname
    file = PurePosixPath(normpath(PurePosixPath(docname).parent / path))
    if not (app.srcdir / file).is_file():
        return None
    common = {"refdoc": docname, "refexplicit": True, "refwarn": True}
    if file.suffix == ".rst" and ".." not in file.parts:
        target = f"/{file.with_suffix('')}"
        return addnodes.pending_xref(
            "", refdomain="std", reftype="doc", reftarget=target, **common
        )
    # Downloads are collected when the doctree is read, before this is called.
    app.env.note_dependency(str(app.srcdir / file))
    name = PurePosixPath(app.env.dlfiles.add_file(docname, str(file)))
    common["filename"] = name.as_posix()
    return addnodes.download_reference("", reftarget=str(file), **common)


def setup(app):
    app.connect("doctree-read", resolve_page_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
