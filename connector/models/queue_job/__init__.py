# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs of queue_job: their subject, their failures, their rights; see ``job.py``."""

from . import job
from . import function
from . import errors
from . import failed_record
from . import unnoted
from . import ended
from . import postponed
from . import unloadable
from . import without_runner
from . import access  # last: its methods check the rights first
from .access import QueueJob  # a published name
