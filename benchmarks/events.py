# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cost of events with and without listeners; see common.py.

Every side has a separate database: the floor is plain Odoo (only ``base``), the others
have ``component_event``. They are created for the run, then dropped.
"""

from __future__ import annotations

import configparser
import gc
import itertools
import os
import time
import tracemalloc
from pathlib import Path

from .common import OWN_ADDONS, PEER_VARIABLE, Benchmark, Run
from .databases import (
    CONFIG_VARIABLE,
    DATABASE_VARIABLE,
    create_database,
    install,
    odoo_arguments,
    run_with_databases,
)

MODEL = "res.partner.category"
MANY = 1000
ROUNDS = 61

bench = Benchmark("benchmarks.events", "component_event")


# databases


def arguments_of(side: str) -> list[str]:
    """Return a configuration of Odoo with the addons of one side only."""
    config = configparser.ConfigParser()
    config.read(os.environ[CONFIG_VARIABLE])
    folders = [
        folder
        for folder in config["options"].get("addons_path", "").split(",")
        if folder and Path(folder).resolve() != OWN_ADDONS
    ]
    if side == "suite":
        folders.append(str(OWN_ADDONS))
    elif side == "peer":
        folders.append(os.environ[PEER_VARIABLE])
    return odoo_arguments(f"{os.environ[DATABASE_VARIABLE]}{side}", folders)


def install_on(side: str, addon: str) -> None:
    environ = dict(os.environ)
    if side == "peer":  # the dependencies of the peer may be installed next to it
        beside = Path(os.environ[PEER_VARIABLE]).resolve().parent.parent
        environ["PYTHONPATH"] = os.pathsep.join(
            filter(None, [environ.get("PYTHONPATH"), str(beside)])
        )
    install(arguments_of(side), addon, environ)


def make_databases(prefix: str, sides: list[str]) -> None:
    """Make that of the floor, and of it those of the other sides."""
    create_database(f"{prefix}floor")
    install_on("floor", "base")
    for side in sides:
        create_database(f"{prefix}{side}", f"{prefix}floor")
        install_on(side, "component_event")


# the sides


class Odoo:
    """One side's Odoo, with a transaction that is never committed."""

    _of_side: Odoo | None = None

    @classmethod
    def of(cls, side: str) -> Odoo:
        """Return the one of this process."""
        if cls._of_side is None:
            cls._of_side = cls(side)
        return cls._of_side

    def __init__(self, side: str):
        from odoo import SUPERUSER_ID, api
        from odoo.modules.registry import Registry
        from odoo.tools import config

        config.parse_config(arguments_of(side))
        self.registry = Registry(f"{os.environ[DATABASE_VARIABLE]}{side}")
        self.cr = self.registry.cursor()
        self.env = api.Environment(self.cr, SUPERUSER_ID, {})
        self.tags = self.env[MODEL]

    def create(self, count: int):
        tags = self.tags.create([{"name": f"tag {n}"} for n in range(count)])
        self.env.flush_all()
        return tags

    def listen(self, name: str, apply_on: str) -> None:
        """Build a listener, as an installed addon has it."""
        from odoo.addons.component.core import Component, _component_databases

        def on_record_write(self, record, fields=None):
            pass

        definition = type(Component)(
            name,
            (Component,),
            {
                "_name": name,
                "_inherit": "base.event.listener",
                "_apply_on": apply_on,
                "_module": "bench",
                "__module__": "odoo.addons.bench.tests.events",
                "on_record_write": on_record_write,
            },
        )
        components_registry = _component_databases[self.cr.dbname]
        definition._build_component(components_registry)
        components_registry._cache.clear()
        components_registry["base.event.collecter"]._cache.clear()


def write(side: str, count: int, field: str = "color") -> Run:
    tags = Odoo.of(side).create(count)
    values = itertools.cycle([5, 6, 7] if field == "color" else ["one", "two", "three"])
    return Run(lambda: tags.write({field: next(values)}))


# cases


@bench.case("write of 1,000, nobody listens", target=1.03, rounds=ROUNDS)
def write_many(side):
    return write(side, MANY)


@bench.case("write of 1 (name), nobody listens", target=1.05, rounds=ROUNDS)
def write_one(side):
    return write(side, 1, "name")


@bench.case("write of 1 (color), nobody listens", rounds=ROUNDS)
def write_one_cheapest(side):
    """Write what costs Odoo least of all: nothing is computed, nothing flushed."""
    return write(side, 1)


@bench.case("create of 100, nobody listens", target=1.03, rounds=ROUNDS)
def create_many(side):
    odoo = Odoo.of(side)
    vals_list = [{"name": f"tag {n}"} for n in range(100)]
    return Run(lambda: odoo.tags.create(vals_list), operations=100)


@bench.case("unlink of 100, nobody listens", target=1.03, rounds=ROUNDS)
def unlink_many(side):
    odoo = Odoo.of(side)
    made = []

    def before():
        made[:] = [odoo.create(100) for _ in range(5)]

    def unlink():
        for tags in made:
            tags.unlink()

    return Run(unlink, operations=500, before=before)


@bench.case("memory of a write of 1,000, nobody listens", unit="B", target=1.01)
def memory(side):
    tags = Odoo.of(side).create(MANY)
    colors = itertools.cycle(range(10))

    def allocated() -> int:
        tags.write({"color": next(colors)})
        gc.collect()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            tags.write({"color": next(colors)})
            return tracemalloc.get_traced_memory()[1] - before
        finally:
            tracemalloc.stop()

    return Run(allocated)


@bench.case("write of 1,000, 20 listen on others", target=1.03, rounds=ROUNDS)
def write_many_beside(side):
    if side != "floor":
        for number in range(20):
            Odoo.of(side).listen(f"beside.{number}", "res.partner")
    return write(side, MANY)


@bench.case("write of 1 (name), 20 listen on others", target=1.05, rounds=ROUNDS)
def write_one_beside(side):
    return write(side, 1, "name")


@bench.case(
    "added per record by 1 listener", unit="added s", target=0.5, against="peer"
)
def write_many_with_listener(side):
    if side == "floor":
        return None
    odoo = Odoo.of(side)
    odoo.listen("listener", MODEL)
    tags = odoo.create(MANY)
    colors = itertools.cycle(range(10))
    from odoo.models import BaseModel

    def seconds(method) -> float:
        start = time.perf_counter()
        method(tags, {"color": next(colors)})
        return time.perf_counter() - start

    def added() -> float:
        gc.collect()
        ways = [(type(tags).write, 1), (BaseModel.write, -1)] * 5
        return sum(seconds(method) * sign for method, sign in ways) / 5 / MANY

    return Run(added)


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark, in databases made for it."""
    sides = ["floor", "suite", *(["peer"] if os.environ.get(PEER_VARIABLE) else [])]
    run_with_databases(
        bench, arguments, lambda prefix: make_databases(prefix, sides[1:]), sides
    )


if __name__ == "__main__":
    main()
