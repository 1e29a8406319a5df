from importlib.util import find_spec

from . import test_html
from . import test_images
from . import test_mapping_screen
from . import test_prices
from . import test_export_scope
from . import test_company_moves
from . import test_import
from . import test_first_import
from . import test_backend
from . import test_backend_form
from . import test_secret
from . import test_switch
from . import test_synchronize_as
from . import test_address
from . import test_companies
from . import test_job_rights
from . import test_changes
from . import test_import_product
from . import test_export
from . import test_partner_screen
from . import test_remote_errors
from . import test_export_product
from . import test_product_screen
from . import test_connection_check
from . import test_load_row
from . import test_moved_server
from . import test_language
from . import test_restored
from . import test_older_remote
from . import test_import_bulk
from . import test_unconfirmed_edits

# It needs pytest and hypothesis, which a user of the addon has not.
if find_spec("hypothesis") and find_spec("pytest"):
    from . import test_fuzz_paging
from . import test_translations
