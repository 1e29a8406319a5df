# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One side, in its own process: ``python -m benchmarks.rest.side SIDE``.

It reads lines of ``is_full``, imports, and answers with the time, the CPU time and the
number of queries as JSON. It performs the jobs of a connector one after the other, each
in a transaction, so that no side waits for a job runner.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from .databases import ARGUMENTS, URL

FIELDS = (
    *("name", "ref", "function", "email", "phone", "website", "street", "street2"),
    *("zip", "city", "comment", "color"),
)


class Side:
    """Imports into one database."""

    def __init__(self) -> None:
        from odoo.modules.registry import Registry
        from odoo.tools import config

        config.parse_config(json.loads(os.environ[ARGUMENTS]))
        self.registry = Registry(config["db_name"][0])
        self.url = os.environ[URL]
        self.queries = 0
        #: the processes of PostgreSQL that work for this one
        self.servers: set[int] = set()
        self.set_up()

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """Yield an environment, commit, and count the queries."""
        from odoo import api

        with self.registry.cursor() as cr:
            self.servers.add(cr._cnx.info.backend_pid)
            yield api.Environment(cr, self.user_id, {})
            cr.commit()
            self.queries += cr.sql_log_count

    def cpu_seconds(self) -> float:
        """Return the CPU time of this process and of its PostgreSQL servers so far."""
        return time.process_time() + sum(map(cpu_seconds_of, self.servers))

    user_id = 2  # the administrator

    def set_up(self) -> None:
        """Do what each import needs."""

    def run(self, is_full: bool) -> None:
        """Import all contacts, and before them the tags if they need tags."""
        raise NotImplementedError


class Floor(Side):
    """A loop over the pages as it is written by hand, without bindings.

    The dates of the contacts are kept in memory.
    """

    def set_up(self) -> None:
        self.dates: dict[str, str] = {}
        self.tag_ids: dict[int, int] = {}

    def run(self, is_full: bool) -> None:
        with requests.Session() as self.session, self.transaction() as env:
            if is_full:
                for page in self.pages("/tags"):
                    self.import_tags(env["res.partner.category"], page)
                    env.cr.commit()
            for page in self.pages("/contacts"):
                self.import_contacts(env["res.partner"], page)
                env.cr.commit()

    def pages(self, path: str) -> Iterator[list[dict]]:
        number = 1
        while True:
            params = {"page": number, "per_page": 100}
            page = self.session.get(self.url + path, params=params, timeout=60).json()
            if not page:
                return
            yield page
            number += 1

    def import_tags(self, tags: Any, page: list[dict]) -> None:
        new = [row for row in page if row["id"] not in self.tag_ids]
        created = tags.create([{"name": row["name"]} for row in new])
        for row, tag in zip(new, created, strict=True):
            self.tag_ids[row["id"]] = tag.id

    def import_contacts(self, contacts: Any, page: list[dict]) -> None:
        refs = [row["ref"] for row in page]
        found = contacts.search_fetch([("ref", "in", refs)], ["ref"])
        known = {contact.ref: contact for contact in found}
        new = [row for row in page if row["ref"] not in known]
        contacts.create([self.values(row) for row in new])
        for row in page:
            if row["ref"] in known and self.dates[row["ref"]] != row["updated_at"]:
                known[row["ref"]].write(self.values(row))
        self.dates.update({row["ref"]: row["updated_at"] for row in page})

    def values(self, row: dict) -> dict:
        values = {name: row[name] for name in FIELDS}
        if row["tag"]:
            values["category_id"] = [(6, 0, [self.tag_ids[row["tag"]]])]
        if row["image"]:
            image = self.session.get(self.url + row["image"], timeout=60)
            values["image_1920"] = base64.b64encode(image.content)
        return values


class Connector(Side):
    """A connector: a search is delayed, and all jobs are performed."""

    def set_up(self) -> None:
        with self.transaction() as env:
            backends = env["bench.rest.backend"]
            backend = backends.search([]) or backends.create({"name": "Service"})
            backend.url = self.url

    def run(self, is_full: bool) -> None:
        models = ["bench.rest.contact"]
        if is_full:
            models.insert(0, "bench.rest.tag")
        for model in models:
            with self.transaction() as env:
                backend = env["bench.rest.backend"].search([])
                env[model].with_delay().import_batch(backend)
            while self.perform_next():
                pass

    def perform_next(self) -> bool:
        """Perform a job as the runner does; return whether there was one."""
        from odoo.addons.queue_job.job import Job

        with self.transaction() as env:
            env.cr.execute(
                "SELECT uuid FROM queue_job WHERE state = 'pending'"
                " ORDER BY priority, id LIMIT 1"
            )
            found = env.cr.fetchone()
            if found:
                job = Job.load(env, found[0])
                job.set_started()
                job.store()
                job.perform()
                job.set_done()
                job.store()
        return bool(found)


def cpu_seconds_of(process_id: int) -> float:
    """Return the CPU time of a process of this machine, 0 if there is none."""
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return 0.0
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    answers, sys.stdout = sys.stdout, sys.stderr
    side = Floor() if sys.argv[1] == "floor" else Connector()
    for line in sys.stdin:
        side.queries = 0
        started, cpu = time.perf_counter(), side.cpu_seconds()
        side.run(is_full=line.strip() == "True")
        figures = {
            "seconds": time.perf_counter() - started,
            "cpu": side.cpu_seconds() - cpu,
            "queries": side.queries,
        }
        print(json.dumps(figures), file=answers, flush=True)


if __name__ == "__main__":
    main()
