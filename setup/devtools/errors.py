# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


class SetupError(Exception):
    """Error with the sought thing, its place, the found one and the remedy."""
