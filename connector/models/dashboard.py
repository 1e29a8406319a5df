# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The data of the dashboard: a card for each backend, in a fixed number of queries.

::

    connector.health      conditions ──┐
    dashboard_numbers.py  numbers ─────┼─► get_data() ─► static/src/dashboard
    dashboard_card.py     cards ───────┘

``get_data`` is what the screen polls. It returns plain data: names, numbers, times (in
UTC, as Odoo writes them) and links (``dashboard_links.py``). The screen formats them
for the user. Each card, row and condition has an ``id`` that stays the same, by which
the screen updates it in place.

Backends that the user may not read have no card. Errors of a backend whose connector is
not installed have one, so that they are seen.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import psycopg2

from odoo import api, fields, models

from ..binding_models import wrapped_model
from .dashboard_card import DECISIONS, make_card, make_empty_card
from .dashboard_links import ERRORS
from .dashboard_numbers import HOURS, Numbers, read_numbers
from .health.health import Key
from .sync_error import OPEN_STATES

_logger = logging.getLogger(__name__)
to_string = fields.Datetime.to_string

Data = dict[str, Any]

#: states of a card that need attention
BAD_STATES = ("error", "decision", "warning")
#: conditions that a test of the connection may end
CONNECTIONS = ("connection", "refused")


class ConnectorDashboard(models.AbstractModel):
    """The dashboard of all backends."""

    _name = "connector.dashboard"
    _description = "Dashboard of Connectors"

    @api.model
    def get_data(self) -> Data:
        """Return what the dashboard shows to the user.

        :raise odoo.exceptions.AccessError: the user may not operate connectors
        """
        self.env["connector.access"]._check_is_operator()
        first_hour = self._find_first_hour()
        numbers = read_numbers(self.env, first_hour)
        health = self.env["connector.health"]
        backends = health._find_backends()
        conditions = [
            self._describe(condition)
            for condition in health._find_conditions_of(backends)
        ]
        of_backends = defaultdict(list)
        for condition in conditions:
            of_backends[condition["backend"]].append(condition)
        cards = [
            self._make_card(
                backend,
                numbers[key],
                of_backends[f"{backend._name},{backend.id}"],
                of_backends[False],
                first_hour,
            )
            for key, backend in sorted(backends.items(), key=_by_name)
        ]
        cards += self._make_cards_of_missing(numbers)
        connectors = self._find_connectors()
        self._name_models(cards, connectors)
        return {
            "now": to_string(fields.Datetime.now()),
            "is_live": any(card["is_live"] for card in cards),
            "band": self._make_band(cards, numbers),
            "conditions": of_backends[False],
            "cards": cards,
            "connectors": connectors,
        }

    # -- backends ---------------------------------------------------------------

    def _find_connectors(self) -> list[Data]:
        """Return the installed connectors, and whether the user may add a backend."""
        return [
            {"model": model._name, "can_create": model.has_access("create")}
            for model in self.env["connector.health"]._find_backend_models()
        ]

    def _find_first_hour(self) -> datetime:
        """Return the start of the strip (UTC): a full hour of the user's time zone."""
        now = fields.Datetime.now()
        local = fields.Datetime.context_timestamp(self, now)
        hour = now - timedelta(minutes=local.minute, seconds=local.second)
        return hour - timedelta(hours=HOURS - 1)

    # -- cards ------------------------------------------------------------------

    def _make_card(self, backend: models.BaseModel, *args) -> Data:
        """Return the card of a backend; an error in its connector is shown on it."""
        try:
            return make_card(backend, *args)
        except psycopg2.Error:
            raise  # nothing can be read in this transaction any more
        except Exception as error:
            _logger.exception("The dashboard cannot show %s", backend)
            return {
                **make_empty_card(self.env, backend._name, backend.id),
                "name": backend.display_name,
                "state": "error",
                "note": self.env._(
                    "This backend cannot be shown. Send this message to the developer "
                    "of its connector: %s",
                    f"{type(error).__name__}: {error}",
                ),
            }

    def _make_cards_of_missing(self, numbers: dict[Key, Numbers]) -> list[Data]:
        """Return cards of backends with errors whose connector is not installed."""
        return [
            {
                **make_empty_card(self.env, model, res_id),
                "state": "error",
                "failing": sum(found.errors.values()),
                "note": self.env._(
                    "The connector of these errors is not installed. Install it again, "
                    "or ignore the errors."
                ),
            }
            for (model, res_id), found in numbers.items()
            if found.errors and model not in self.env
        ]

    def _name_models(self, cards: list[Data], connectors: list[Data]) -> None:
        """Set the names of connectors, kinds of backends and rows, by one query.

        A row has the name of the wrapped model: "Contact", not "Binding of a contact".
        """
        rows = [
            row
            for card in cards
            for parent in card["rows"]
            for row in (parent, *parent["rows"])
        ]
        wrapped = {row["model"]: wrapped_model(self.env, row["model"]) for row in rows}
        shown = {*wrapped.values(), *(each["model"] for each in (*cards, *connectors))}
        found = (
            self.env["ir.model"]
            .sudo()
            .search_fetch([("model", "in", list(shown))], ["model", "name"])
        )
        names = {model.model: model.name for model in found}
        for row in rows:
            row["name"] = names.get(wrapped[row["model"]], row["model"])
        for card in cards:
            card["kind"] = names.get(card["model"], "")
        for connector in connectors:
            connector["name"] = names[connector["model"]]

    # -- numbers at the top -------------------------------------------------------

    def _make_band(self, cards: list[Data], numbers: dict[Key, Numbers]) -> Data:
        """Return the numbers at the top, and where they lead.

        Errors of archived backends, which have no card, count as their list shows them.
        """
        counted = {kind: [] for kind in DECISIONS}
        for card in cards:
            for condition in card["conditions"]:
                if condition["kind"] in counted:
                    counted[condition["kind"]].append(condition)
        errors = [("state", "in", OPEN_STATES), ("model_name", "!=", False)]
        return {
            "attention": sum(card["state"] in BAD_STATES for card in cards),
            "failing": sum(found.count_failing() for found in numbers.values()),
            "failing_link": {"xmlid": ERRORS, "domain": errors},
            **{
                kind: sum(each["count"] for each in conditions)
                for kind, conditions in counted.items()
            },
            **{
                f"{kind}_link": conditions[0]["link"] if len(conditions) == 1 else False
                for kind, conditions in counted.items()
            },
        }

    def _describe(self, condition) -> Data:
        """Return a condition as plain data."""
        backend = condition.backend_id and (
            f"{condition.backend_model},{condition.backend_id}"
        )
        return {
            "id": f"{backend or ''} {condition.key}",
            "backend": backend or False,
            "kind": condition.kind,
            "severity": condition.severity,
            "text": condition.text,
            "fix": condition.fix,
            "since": to_string(condition.since),
            "count": condition.count,
            "link": bool(condition.action) and {"action": condition.action},
            "can_test": condition.kind in CONNECTIONS,
        }


def _by_name(item: tuple[Key, models.BaseModel]) -> str:
    return (item[1].display_name or "").casefold()
