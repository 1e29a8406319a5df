# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How Sphinx makes the site. ./dev docs runs it where Odoo can be imported."""

import sys
from pathlib import Path

DOCS = Path(__file__).parent
# Our own extensions.
sys.path.insert(0, str(DOCS / "_extensions"))

project = "Connector framework for Odoo"
html_title = project
copyright = "the authors of the addons"
version = release = "19.0"

extensions = ["sphinx.ext.autodoc", "addons_reference"]
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

# A literal block that does not say what it is holds Python: a test compiles it.
highlight_language = "python"
# diagrams in docstrings are literal blocks, too
suppress_warnings = ["misc.highlighting_failure"]
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
pygments_style = "friendly"
pygments_dark_style = "monokai"
