from . import core
from . import adapter
from . import http_adapter
from . import binder
from . import mapper
from . import exporter
from . import importer
from . import deleter
