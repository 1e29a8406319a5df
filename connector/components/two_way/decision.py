# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The decision of a person about a record that both sides changed.

The record is imported with the decision in the session. The import maps the remote
version and finds what it would change; the decision then replaces the policy::

    import ── changes ──► Decision.settle
                            ├─ to look at: note the differences, write nothing
                            └─ to apply:   are they still those that the person saw?
                                 ├─ no: write nothing, is_outdated
                                 └─ yes: remote choices are written,
                                         local choices are exported

So the person sees exactly the values that an import would write. Looking and applying
read both sides once each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from odoo import models
from odoo.api import Environment

from ...outcome import Outcome
from ..comparison.stored_values import digest
from .conflict import end_conflict
from .presentation import Presentation, present_local, present_written
from .unconfirmed import UnconfirmedFields

LOCAL, REMOTE, BOTH = "local", "remote", "both"


class Difference(NamedTuple):
    """A field that differs between both sides."""

    name: str
    label: str
    #: the side that changed it since both sides last agreed: local, remote or both
    changed_by: str
    #: whether the local version can be exported
    is_exported: bool
    local: Presentation
    remote: Presentation


class Decision:
    """The versions of a record, and which of them a person has chosen.

    :param env: of the person, for the form of values
    :param choices: ``{field: LOCAL or REMOTE}``; None to only note the differences
    :param version: of the differences that the person has seen
    """

    def __init__(
        self,
        env: Environment,
        binding: models.BaseModel,
        choices: Mapping[str, str] | None = None,
        version: str | None = None,
    ) -> None:
        self._env = env
        self._key = (binding._name, binding.id)
        self._choices = choices
        self._seen_version = version
        self.differences: list[Difference] = []
        #: whether a side changed after the person looked
        self.is_outdated = False

    def is_about(self, binding: models.BaseModel) -> bool:
        """Return whether the decision is about a binding."""
        return (binding._name, binding.id) == self._key

    @property
    def is_applied(self) -> bool:
        """Return whether the decision is applied, not only looked at."""
        return self._choices is not None

    @property
    def missing_choices(self) -> list[str]:
        """Return the labels of the fields for which no version was chosen."""
        choices = self._choices or {}
        return [
            each.label
            for each in self.differences
            if each.is_exported and each.name not in choices
        ]

    @property
    def version(self) -> str:
        """Return a digest of the differences."""
        return digest([each._asdict() for each in self.differences])

    def settle(
        self, kept_edits: Any, item: Any, changes: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the changes that the import writes."""
        self.differences = self._find_differences(kept_edits, item, changes)
        if self._choices is None or self.version != self._seen_version:
            self.is_outdated = self._choices is not None
            item.outcome = Outcome.SKIPPED
            return {}
        kept = {
            each.name
            for each in self.differences
            if each.is_exported and self._choices.get(each.name) == LOCAL
        }
        self._settle(kept_edits, item, changes, kept)
        return {name: changes[name] for name in changes if name not in kept}

    def _settle(
        self, kept_edits: Any, item: Any, changes: dict[str, Any], kept: set[str]
    ) -> None:
        """Keep and export some local values; edits of the others are overwritten."""
        binding = item.binding
        rows = binding.env["connector.unconfirmed.field"].sudo()
        edits = item.unconfirmed or UnconfirmedFields()
        if edits:
            end_conflict(binding, edits)
        if unknown := kept - edits.edited(binding, kept):
            rows._note({binding: unknown})
            edits = rows._find(binding)[binding.id]
        item.unconfirmed, item.kept = edits, kept
        item.agreed = kept_edits.find_agreed(item, changes) if edits else set()
        item.overruled = edits.edited(binding, changes.keys() - kept)

    def _find_differences(
        self, kept_edits: Any, item: Any, changes: dict[str, Any]
    ) -> list[Difference]:
        exported, fields = kept_edits.exported_fields(), item.binding._fields
        edited = (
            item.unconfirmed.edited(item.binding, changes) if item.unconfirmed else ()
        )
        changed = kept_edits.find_changed_remotely(item, set(changes))
        found = []
        for name, value in changes.items():
            if name not in fields:
                continue
            side = LOCAL if name in edited and name not in changed else REMOTE
            found.append(
                Difference(
                    name,
                    fields[name]._description_string(self._env),
                    BOTH if name in edited and name in changed else side,
                    name in exported or name in edited,
                    present_local(self._env, item.binding, name),
                    present_written(self._env, item.binding, name, value),
                )
            )
        # conflicts first; the order of the mapper otherwise
        return sorted(found, key=lambda each: each.changed_by != BOTH)
