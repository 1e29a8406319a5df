from . import exception
from . import database
from . import components
from . import controllers
from . import models
from . import wizards
