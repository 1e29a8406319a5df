from . import _origin  # before anything else of the addon
from . import exception
from . import database
from . import jobs
from . import components
from . import controllers
from . import models
from . import wizards
