# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Adapters of GraphQL backends.

``operations.py`` sends any operation, ``adapter.py`` reads and writes records by it,
``bulk.py`` searches by bulk operations.
"""

from . import operations
from . import adapter
from . import bulk
