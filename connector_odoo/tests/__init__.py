from . import test_import
from . import test_backend
from . import test_changes
from . import test_import_product
from . import test_export
from . import test_partner_screen
from . import test_remote_errors
from . import test_export_product
