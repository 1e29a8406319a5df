# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from typing import Any

from markupsafe import Markup

from odoo import api, fields, models

from odoo.addons.component.core import WorkContext
from odoo.addons.component.explanation import Verdict

from .component_definition import html_table
from .component_mapping import find_collection


class ConnectorComponentLookup(models.TransientModel):
    """Explain which component a lookup finds, and why the others do not match."""

    _name = "connector.component.lookup"
    _description = "Component Lookup"

    collection = fields.Selection("_select_collections", required=True)
    model_name = fields.Char(string="Model", required=True)
    usage = fields.Selection("_select_usages", required=True)
    winner = fields.Char(compute="_compute_answer")
    answer = fields.Html(compute="_compute_answer")

    @api.model
    def _select_collections(self) -> list[tuple[str, str]]:
        names = self.env.registry.descendants(["collection.base"], "_inherit")
        return [
            (name, f"{self.env[name]._description} ({name})")
            for name in sorted(names)
            if not self.env[name]._abstract
        ]

    @api.model
    def _select_usages(self) -> list[tuple[str, str]]:
        registry = self.env["connector.component"]._get_registry()
        usages = {registry[name]._usage for name in registry} - {None}
        return [(usage, usage) for usage in sorted(usages)]

    @api.depends("collection", "model_name", "usage")
    def _compute_answer(self):
        for lookup in self:
            lookup.winner, lookup.answer = lookup._explain()

    def _explain(self) -> tuple[Any, Any]:
        """Return the name of the winner and the candidates as a table."""
        if not (self.collection and self.model_name and self.usage):
            return False, False
        work = WorkContext(
            model_name=self.model_name.strip(),
            collection=find_collection(self.env, self.collection),
        )
        try:
            explanation = work.explain(self.usage)
        except Exception as error:  # pylint: disable=broad-except
            # a _component_match() may need attributes that only work_on() sets
            return False, Markup("<p>%s</p><pre>%s: %s</pre>") % (
                self.env._("The _component_match() of a component failed:"),
                type(error).__name__,
                error,
            )
        winner = explanation.winner
        rows = [
            (c.name, c.reason, c.component_class._collection or "")
            for c in sorted(
                explanation.candidates, key=lambda c: c.verdict is not Verdict.CHOSEN
            )
        ]
        titles = [
            self.env._("Component"),
            self.env._("Verdict"),
            self.env._("Collection"),
        ]
        answer = html_table(self.env, titles, rows)
        if explanation.tied:
            answer += Markup("<p>%s</p>") % explanation.advice
        return winner.name if winner else False, answer
