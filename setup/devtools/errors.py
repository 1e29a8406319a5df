# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


class SetupError(Exception):
    """Tell what was sought, where, what was found and what to do."""
