# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import _origin  # before anything else of the addon
from . import core
from . import components
from . import builder
from . import models
