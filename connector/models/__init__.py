from . import connector_backend
from . import external_binding
from . import connector_binding_mixin
from . import connector_sync_run
from . import queue_job
