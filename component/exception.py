# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a search for components may raise."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .explanation import Explanation


class ComponentException(Exception):
    """Be the base of the errors of components."""

    #: the decision behind the error as data, where there was one to make
    explanation: Explanation | None = None

    def __init__(self, *args: object, explanation: Explanation | None = None):
        super().__init__(*args)
        self.explanation = explanation


class NoComponentError(ComponentException):
    """No component fits."""


class SeveralComponentError(ComponentException):
    """Several components fit and none of them better than the others."""


class RegistryNotReadyError(ComponentException):
    """The components of the database are not built (yet)."""
