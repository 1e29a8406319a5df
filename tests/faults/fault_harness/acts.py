# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Faults of processes, transactions and records."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psutil
import psycopg2
from devtools.odoo_config import odoo_command

from .plan import Fault, Kind
from .world import World

UPGRADED = "connector_odoo"
DELETED_AT_ONCE = 2
RIVAL_ROWS = 6
#: the job runner tells its process id in each line of the log
RUNNER_LINE = re.compile(r"^\S+ \S+ (\d+) \w+ \S+ \S+\.jobrunner\.runner: ", re.M)


class Acts:
    """Faults of one world; ``act`` returns whether the fault had an effect."""

    def __init__(self, world: World, seed: int | str):
        self.world = world
        self.chance = random.Random(f"acts {seed}")
        self.upgrades: list[subprocess.Popen] = []
        self._acts: dict[Kind, Callable[[Fault], bool]] = {
            Kind.KILL_WORKER: self.kill_worker,
            Kind.KILL_RUNNER: self.kill_runner,
            Kind.KILL_TARGET: self.kill_target,
            Kind.KILL_SOURCE: self.kill_source,
            Kind.RESTART_POSTGRES: self.restart_postgres,
            Kind.CRASH_POSTGRES: self.crash_postgres,
            Kind.RIVAL: self.rival,
            Kind.DELETE_REMOTE: self.delete_remote,
            Kind.SCHEDULERS: self.schedulers,
            Kind.UPGRADE: self.upgrade,
        }

    def act(self, fault: Fault) -> bool:
        return self._acts[fault.kind](fault)

    # -- processes ------------------------------------------------------------

    def kill_worker(self, fault: Fault) -> bool:
        rows = self.world.target_query(
            "SELECT worker_pid FROM queue_job WHERE state = 'started' ORDER BY id"
        )
        of_target = self._pids_of_target()
        pids = [pid for (pid,) in rows if pid in of_target]
        if not pids:
            return False
        os.kill(self.chance.choice(pids), signal.SIGKILL)
        return True

    def kill_runner(self, fault: Fault) -> bool:
        log = self.world.target.log_path.read_text(errors="replace")
        pids = [int(pid) for pid in RUNNER_LINE.findall(log)]
        if not pids or pids[-1] not in self._pids_of_target():
            return False
        os.kill(pids[-1], signal.SIGKILL)
        return True

    def _pids_of_target(self) -> set[int]:
        server = psutil.Process(self.world.target.pid)
        return {child.pid for child in server.children(recursive=True)}

    def kill_target(self, fault: Fault) -> bool:
        return self._kill_server(self.world.target)

    def kill_source(self, fault: Fault) -> bool:
        return self._kill_server(self.world.source)

    def _kill_server(self, server) -> bool:
        server.stop(timeout_seconds=0)
        server.start(keep_log=True)
        server.wait_until_ready()
        return True

    def restart_postgres(self, fault: Fault) -> bool:
        self.world.postgres.stop(signal.SIGINT)
        self.world.postgres.start()
        return True

    def crash_postgres(self, fault: Fault) -> bool:
        self.world.postgres.stop(signal.SIGKILL)
        self.world.postgres.start()
        return True

    def upgrade(self, fault: Fault) -> bool:
        """Upgrade an addon in another process, as `odoo -u` does beside a server."""
        if any(process.poll() is None for process in self.upgrades):
            return False
        target = self.world.target
        command = odoo_command(
            target.environment,
            f"--database={target.database}",
            f"--update={UPGRADED}",
            "--stop-after-init",
            "--no-http",
        )
        environ = target.environment.process_environ()
        with target.log_path.with_suffix(".upgrade").open("ab") as log:
            self.upgrades.append(
                subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**environ, **target.variables},
                )
            )
        return True

    def finish(self) -> None:
        """Wait for the started processes."""
        for process in self.upgrades:
            process.wait()

    # -- transactions and records ---------------------------------------------

    def rival(self, fault: Fault) -> bool:
        """Write the rows that jobs write, in the opposite order, and hold them."""
        connection = self.world.postgres.connect(self.world.target.database)
        connection.set_session(isolation_level="REPEATABLE READ")
        pause = fault.seconds / RIVAL_ROWS
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '3s'")
                cursor.execute("SELECT odoo_id FROM odoo_res_partner")
                ids = [odoo_id for (odoo_id,) in cursor.fetchall()]
                if not ids:
                    return False
                chosen = self.chance.sample(ids, min(RIVAL_ROWS, len(ids)))
                for odoo_id in sorted(chosen, reverse=True):
                    cursor.execute(
                        "UPDATE res_partner SET color = color WHERE id = %s", (odoo_id,)
                    )
                    time.sleep(pause)
            connection.commit()
        except psycopg2.OperationalError:
            # The rival lost: it was deadlocked, or came too late.
            connection.rollback()
        finally:
            connection.close()
        return True

    def delete_remote(self, fault: Fault) -> bool:
        """Delete partners of the source that nobody needs and nobody imported."""
        world = self.world
        bound = [
            int(external_id)
            for (external_id,) in world.target_query(
                "SELECT external_id FROM odoo_res_partner"
            )
        ]
        rows = world.source_query(
            "SELECT id FROM res_partner p WHERE ref LIKE 'DEMO-%%' AND id != ALL(%s) "
            "AND NOT EXISTS (SELECT FROM res_partner c WHERE c.parent_id = p.id) "
            "ORDER BY id DESC LIMIT 50",
            (bound,),
        )
        ids = [record_id for (record_id,) in rows]
        if not ids:
            return False
        chosen = self.chance.sample(ids, min(DELETED_AT_ONCE, len(ids)))
        world.deleted_ids.update(chosen)
        world.call_source("res.partner", "unlink", chosen)
        return True

    def schedulers(self, fault: Fault) -> bool:
        """Import the changes twice, concurrently."""
        world = self.world
        with ThreadPoolExecutor(2) as both:
            for _scheduler in range(2):
                both.submit(
                    world.call_target,
                    "odoo.backend",
                    "import_changes",
                    world.backend_ids,
                )
        return True
