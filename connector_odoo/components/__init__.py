from . import core
from . import adapter
from . import binder
from . import matcher
from . import mapper
from . import importer
from . import res_partner_category
from . import res_partner
