from . import core
from . import products
from . import sales
