# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Notify the responsible users when a backend needs attention, and when it works again.

====================  ============================================================
``alert.py``          ``connector.alert``: the state of each notified condition
``check.py``          compares the conditions of ``connector.health`` with the alerts
``message.py``        activities and mails, in the language of their recipient
``digest.py``         one mail a day with the open conditions
``page_load.py``      checks where no scheduled action does
====================  ============================================================
"""

from . import alert
from . import check
from . import message
from . import digest
from . import page_load
