from . import test_export_backend
from . import test_export_binding
from . import test_export_partner
from . import test_export_category
from . import test_export_user
from . import test_export_stock
from . import test_export_computed
