from . import test_binder
from . import test_binding_mixin
from . import test_chunk
from . import test_changes
from . import test_importer
from . import test_batch_importer
