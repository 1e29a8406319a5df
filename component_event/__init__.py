# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The names for authors of listeners.

Besides them, ``core`` has the work context of listeners, ``transaction_queue`` a base
for queues of a transaction, ``tests.common`` a test case. Other modules are private.
"""

from . import _origin  # before anything else of the addon
from . import core
from . import components
from . import models

from .components.event import skip_if
from .decorators import after_commit, before_commit, isolated, keep_values

__all__ = ["after_commit", "before_commit", "isolated", "keep_values", "skip_if"]
