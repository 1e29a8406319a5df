# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Plain helpers of jobs; the methods that jobs call are in ``models/binding_jobs.py``.

=================== =============================================================
``lifecycle.py``    delayed, performed, retried: priority, running job, waits
``arguments.py``    arguments in types that the queue can store
``descriptions.py`` names of records in descriptions and messages
``job_logging.py``  names the job in its log lines
``subject.py``      the record or call of a job: failures of one subject are one error
``causes.py``       the code of a failure, from the exception that is stored with it
``failure.py``      the reason, the record and the hint, from the raised exception
``summary.py``      the reason without its record: errors with the same have one cause
``fixes.py``        the suggested action for each code
``error_states.py`` the states of an error
=================== =============================================================
"""

from . import lifecycle
