from . import test_import_sale
