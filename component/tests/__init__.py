# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_definitions
from . import test_build_component
from . import test_build_refusals
from . import test_build_batch
from . import test_lookup
from . import test_resolution
from . import test_component
from . import test_work_on
from . import test_databases
from . import test_builder
from . import test_common
from . import test_rebuilding
from . import test_compat
