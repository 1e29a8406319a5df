# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_after_commit
from . import test_before_commit
from . import test_event
from . import test_decorators
from . import test_event_work_context
from . import test_merge
from . import test_readiness
from . import test_record_events
from . import test_transaction_queue
