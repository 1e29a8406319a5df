from . import backend
from . import product
from . import customer
from . import order
