# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Access by OAuth 2.0.

``connection.py`` connects a backend, by a request that ``request.py`` remembers.
``token.py`` stores the tokens, ``renewal.py`` renews them once for all workers.
"""

from . import token
from . import renewal
from . import request
from . import connection
