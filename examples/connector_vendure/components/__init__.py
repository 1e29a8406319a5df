from . import core
from . import product
from . import stock
from . import customer
from . import order
