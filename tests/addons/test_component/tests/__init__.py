# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_collection
from . import test_installed_components
from . import test_life
