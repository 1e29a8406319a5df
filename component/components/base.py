# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from ..core import AbstractComponent


class BaseComponent(AbstractComponent):
    """Be the parent of every component: what extends it is in all of them."""

    _name = "base"
