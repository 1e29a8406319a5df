from . import _origin  # before anything else of the addon
from . import components
from . import models
