from . import test_import_sale
from . import test_rights
