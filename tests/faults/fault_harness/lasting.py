# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Faults that last until they are healed, and the messages about them."""

from __future__ import annotations

import time

from .acts import Acts
from .drive import run_to_end
from .injector import Injector
from .plan import Fault, Kind
from .scenarios import start_import
from .world import World

PATIENCE_SECONDS = 90
ALERTS_CRON = "ir_cron_check_alerts"
OPEN_ERRORS = """
SELECT cause, model_name, reason FROM connector_sync_error
 WHERE state IN ('open', 'retrying')
"""
MAILS = """
SELECT message.subject FROM mail_mail AS mail
  JOIN mail_message AS message ON message.id = mail.mail_message_id
 WHERE starts_with(message.subject, %s) ORDER BY mail.id
"""


class Lasting(Injector):
    """Give each request the same fault."""

    def __init__(self, kind: Kind):
        super().__init__()
        self.kind = kind

    def on_request(self, method: str) -> Fault | None:
        self.request_count += 1
        return None if self.kind is Kind.DOWN else Fault(0, self.kind)

    def is_down(self) -> bool:
        return self.kind is Kind.DOWN


def wait_for_errors(world: World) -> list[tuple]:
    """Return the open errors, once there is one."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (errors := world.target_query(OPEN_ERRORS)):
        assert time.monotonic() < deadline, "no error was opened"
        time.sleep(0.5)
    return errors


def check_alerts(world: World) -> list[str]:
    """Run the scheduled action of the alerts; return the subjects of all mails."""
    ((cron_id,),) = world.target_query(
        "SELECT res_id FROM ir_model_data WHERE module = 'connector' AND name = %s",
        (ALERTS_CRON,),
    )
    world.call_target("ir.cron", "method_direct_trigger", [cron_id])
    rows = world.target_query(MAILS, ("Source",))
    return [subject for (subject,) in rows]


def let_time_pass(world: World) -> None:
    """Move the times of the alerts by the longest time that they wait."""
    world.target_query(
        "UPDATE connector_alert SET absent_since = absent_since - interval '1 hour'"
    )


def heal(world: World, seed: str) -> list[tuple]:
    """Import without a fault until the jobs are done; return the errors left."""
    world.inject(Injector())
    for _turn in range(2):
        run_to_end(world, Injector(), Acts(world, seed))
        start_import(world)
    run_to_end(world, Injector(), Acts(world, seed))
    return world.target_query(OPEN_ERRORS)
