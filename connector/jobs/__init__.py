# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Plain helpers of jobs; the methods that jobs call are in ``models/binding_jobs.py``.

==================  ==============================================================
``lifecycle.py``    delayed, performed, retried: priority, running job, waits
``arguments.py``    arguments in types that the queue can store
``subject.py``      what a job is about: two failed jobs of one subject are one error
``causes.py``       why a job failed: from the exception that is stored with it
``job_logging.py``  names the job in its log lines
==================  ==============================================================
"""

from . import lifecycle
