# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How Sphinx makes the site. ./dev docs runs it where Odoo can be imported."""

import sys
from pathlib import Path

DOCS = Path(__file__).parent
# Extensions in this folder.
sys.path.insert(0, str(DOCS / "_extensions"))

project = "Connector framework for Odoo"
html_title = project
copyright = "the authors of the addons"
version = release = "19.0"

extensions = ["sphinx.ext.autodoc", "addons_reference", "page_links"]
exclude_patterns = ["_build"]
locale_dirs = ["locale"]
gettext_compact = False
gettext_uuid = False

autodoc_default_options = {
    "members": True,
    "private-members": True,
    "show-inheritance": True,
}
autodoc_inherit_docstrings = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"

# Python, or plain text for diagrams. A test compiles the Python of the pages.
highlight_language = "default"
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
pygments_style = "friendly"
pygments_dark_style = "monokai"
