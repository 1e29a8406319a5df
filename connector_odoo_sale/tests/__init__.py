from . import test_import_sale
from . import test_rights
from . import test_first_import_sale
