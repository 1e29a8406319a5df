# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_build_component
from . import test_lookup
from . import test_work_on
