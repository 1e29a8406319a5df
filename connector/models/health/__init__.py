# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether anything is wrong: the one source of the dashboard, alerts and monitors.

==================  ================================================================
``condition.py``    ``Condition``: one thing that needs attention; ``worst_of``
``health.py``       ``_find_conditions``, over all backends that the user may read
``errors.py``       open errors by cause
``decisions.py``    what a person decides: deletions, conflicts
``backends.py``     conditions of backends: those above, pauses, schedule
``cron.py``         whether scheduled actions are run
``runner.py``       whether jobs are run, and by whom
``liveness.py``     whether the job runner and the workers react
``report.py``       the state of all backends as JSON
``metrics.py``      the metrics of Prometheus
==================  ================================================================
"""

from . import health
from . import errors
from . import decisions
from . import backends
from . import cron
from . import runner
from . import report
from . import metrics
from .condition import ERROR, WARNING, Condition, worst_of
