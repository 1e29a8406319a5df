# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Convert records between Odoo and a backend.

Read :mod:`.mapper` first, then :mod:`.plan`.
"""

from ... import _origin  # noqa: F401 see component/_origin.py
from .decorators import MappingDefinition, changed_by, mapping, only_create
from .errors import MappingFailure
from .map_child import ExportMapChild, ImportMapChild, ImportMapChildUpdate, MapChild
from .map_record import MapOptions, MapRecord
from .mapper import Mapper
from .mappers import BackendIdMapper, ExportMapper, ImportMapper
from .modifier import Modifier, source_fields
from .modifiers import (
    concat,
    convert,
    follow_m2o_relations,
    iso_datetime,
    keep_falsy,
    local_date,
    modifier,
    none,
    utc_datetime,
    value_table,
)
from .odoo_modifiers import backend_field, external_to_m2o, m2o_to_external, xmlid
from .record_by import record_by

__all__ = [
    "BackendIdMapper",
    "ExportMapChild",
    "ExportMapper",
    "ImportMapChild",
    "ImportMapChildUpdate",
    "ImportMapper",
    "MapChild",
    "MapOptions",
    "MapRecord",
    "Mapper",
    "MappingDefinition",
    "MappingFailure",
    "Modifier",
    "backend_field",
    "changed_by",
    "concat",
    "convert",
    "external_to_m2o",
    "follow_m2o_relations",
    "iso_datetime",
    "keep_falsy",
    "local_date",
    "m2o_to_external",
    "mapping",
    "modifier",
    "none",
    "only_create",
    "record_by",
    "source_fields",
    "utc_datetime",
    "value_table",
    "xmlid",
]
