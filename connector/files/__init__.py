# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files of records without Odoo models: formats, and folders to read and write them.

Nothing below this package imports Odoo. ``components/files/adapter.py`` turns its
errors into those of ``exception.py``.
"""

from .errors import (
    AccessDenied,
    BrokenFile,
    ChangedFile,
    ConnectionLost,
    FileError,
    FileExists,
    LoginRefused,
    MissingFile,
    MissingLibrary,
)
from .formats import CSV, Format, JSONLines, Row
from .folder import Folder
from .info import FileInfo
from .records import FileRecords
from .xml_format import XML

__all__ = [
    "CSV",
    "XML",
    "AccessDenied",
    "BrokenFile",
    "ChangedFile",
    "ConnectionLost",
    "FileError",
    "FileExists",
    "FileInfo",
    "FileRecords",
    "Folder",
    "Format",
    "JSONLines",
    "LoginRefused",
    "MissingFile",
    "MissingLibrary",
    "Row",
]
