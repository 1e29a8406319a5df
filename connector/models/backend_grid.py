# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tables of the form: the synchronized models, and the last runs.

A table is JSON that the widget ``connector_table`` shows: the labels of its columns,
and rows of cells. A cell is a text, or a time ``{"at": ...}``.
"""

from __future__ import annotations

from typing import Any

from odoo import api, fields, models

from ..outcome import Outcome

#: runs in the tab *Activity*
LAST_RUNS = 8


class ConnectorBackendMixin(models.AbstractModel):
    """Backend that describes the synchronized models."""

    _inherit = "connector.backend.mixin"

    synchronized_models = fields.Json(
        compute="_compute_synchronized_models",
        help="Synchronized models, with direction and interval",
    )
    last_runs = fields.Json(compute="_compute_last_runs")

    def _compute_synchronized_models(self):
        for backend in self:
            backend.synchronized_models = {
                "columns": [
                    self.env._("Records"),
                    self.env._("Direction"),
                    self.env._("Interval"),
                    self.env._("Last success"),
                ],
                "rows": backend._describe_models(),
                "empty": self.env._(
                    "Nothing is synchronized. Choose what to synchronize first."
                ),
            }

    def _describe_models(self) -> list[dict[str, Any]]:
        """Return a row for each synchronized model, dependencies first."""
        imported, exported = self._imported_models(), self._exported_models()
        names = [
            name for name in dict.fromkeys([*imported, *exported]) if name in self.env
        ]
        labels = self._label_models(names)
        successes = self._find_last_successes().get(self._origin.id, {})
        return [
            {
                "key": name,
                "cells": [
                    labels[name],
                    self._label_direction(name in imported, name in exported),
                    self._describe_interval(name in imported, name in exported),
                    {"at": fields.Datetime.to_string(successes[name])}
                    if name in successes
                    else self.env._("never"),
                ],
                "buttons": [
                    {
                        "label": self.env._("Fields…"),
                        "title": self.env._("Fields: %s", labels[name]),
                        "mapping": name,
                    }
                ],
            }
            for name in names
        ]

    @api.model
    def _label_models(self, model_names: list[str]) -> dict[str, str]:
        """Return ``{binding model: name of its records}``; equal names differ."""
        labels = self.env["connector.sync.subject"]._describe_models(model_names)
        shown = list(labels.values())
        return {
            name: label if shown.count(label) == 1 else self.env[name]._description
            for name, label in labels.items()
        }

    @api.model
    def _label_direction(self, is_imported: bool, is_exported: bool) -> str:
        if is_imported and is_exported:
            return self.env._("Both ways")
        return self.env._("Import") if is_imported else self.env._("Export")

    def _describe_interval(self, is_imported: bool, is_exported: bool) -> str:
        """Return when a model is synchronized, in words.

        The interval is that of the backend: its models follow one another in the order
        of their dependencies.
        """
        parts = []
        if is_imported:
            minutes = self.import_interval_minutes
            parts.append(
                self.env._("every %s min", minutes)
                if minutes > 0
                else self.env._("by hand")
            )
        if is_exported:
            parts.append(self.env._("at each change"))
        return ", ".join(parts)

    # -- the last runs ----------------------------------------------------------

    @api.depends_context("lang", "tz")
    def _compute_last_runs(self):
        for backend in self:
            backend.last_runs = {
                "columns": [
                    self.env._("Run"),
                    self.env._("Started"),
                    self.env._("Outcome"),
                ],
                "rows": backend._describe_last_runs() if backend._origin.id else [],
                "empty": self.env._("Nothing was synchronized yet."),
            }

    def _describe_last_runs(self) -> list[dict[str, Any]]:
        """Return a row for each of the last runs, the latest first."""
        runs = self.env["connector.sync.run"].search(
            self._domain_of_backends(), limit=LAST_RUNS
        )
        directions = dict(runs._fields["direction"]._description_selection(self.env))
        return [
            {
                "key": str(run.id),
                "cells": [
                    f"{directions[run.direction]}: {run.model_description}",
                    {"at": fields.Datetime.to_string(run.create_date)},
                    self._describe_outcome(run),
                ],
                "open": {"model": run._name, "id": run.id},
            }
            for run in runs
        ]

    @api.model
    def _describe_outcome(self, run: models.BaseModel) -> str:
        """Return the state of a run, and how many records had which outcome."""
        states = dict(run._fields["state"]._description_selection(self.env))
        counts = [
            f"{run[name]} {run._fields[name]._description_string(self.env).lower()}"
            for name in (f"{outcome}_count" for outcome in Outcome)
            if run[name] > 0
        ]
        return ": ".join(filter(None, [states.get(run.state), ", ".join(counts)]))
