# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Request budgets: all workers together stay within the limit of a backend.

::

    usage.py     what was used; the order of calls ┬ calls.py   calls per seconds
                                                   └ costs.py   a bucket of points
    store.py     where the usage is kept
    spending.py  the budget of one session: reserve, send, correct (``headers.py``)
    waits.py     without a budget: waits in the worker after a refusal
"""
