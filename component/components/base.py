# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from ..core import AbstractComponent


class BaseComponent(AbstractComponent):
    """Parent of every component: an extension of it is in all of them."""

    _name = "base"
