from . import exception
from . import database
from . import job_start
from . import components
from . import controllers
from . import models
from . import wizards
