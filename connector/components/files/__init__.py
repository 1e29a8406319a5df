# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records in files.

``adapter.py`` finds and reads them, ``importer.py`` imports new files, ``exports.py``
writes files.
"""

from . import adapter
from . import importer
from . import exports
