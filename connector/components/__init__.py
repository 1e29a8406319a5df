from . import core
from . import backend_adapter
from . import binder
from . import mapper
from . import listener
from . import export_listener
from . import locker
from . import synchronizer
