# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors of component lookups."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .explanation import Explanation


class ComponentException(Exception):
    """Base class of the errors of component lookups."""

    #: the decision behind the error, as data, if there was one
    explanation: Explanation | None = None

    def __init__(self, *args: object, explanation: Explanation | None = None):
        super().__init__(*args)
        self.explanation = explanation


class NoComponentError(ComponentException):
    """No component matches."""


class SeveralComponentError(ComponentException):
    """Several components match, and none is more specific."""


class RegistryNotReadyError(ComponentException):
    """The components of the database are not built yet."""
