# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""GraphQL over HTTP.

``document.py`` reads operations, ``client.py`` sends them, ``answer.py`` reads answers,
``errors.py`` turns their errors into reactions; ``bulk.py`` reads the files of bulk
operations.
"""
