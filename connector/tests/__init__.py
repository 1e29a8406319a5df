from . import test_binder
from . import test_binding_mixin
