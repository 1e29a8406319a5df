from . import brand
from . import models
from . import components
