# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measure libs/vodoo against a bare httpx2 loop and against other clients.

All sides call the same Odoo, in processes of their own that take turns round by round;
ratios are taken within a round, and their median is reported. The other clients
(odoorpc, odooly and the documented vodoo) live in a virtual environment of their own,
made on the first run; ``--no-peers`` leaves them out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

CLONE = Path(__file__).resolve().parent.parent
PEER_REQUIREMENTS = ("odoorpc==0.10.1", "odooly==2.6.7", "vodoo==4.3.2")
PEER_PYTHONS = ("python3.14", "python3.13", "python3.12")
SIDES = ("floor", "ours", "ours-web", "odoorpc", "odooly", "vodoo 4.3.2")
MODEL, LIMIT = "res.lang", 1
CALLS = 40
CONCURRENT_CALLS, CONCURRENCY = 300, 16
FIRST_CALLS = 20
CREATES = 2000
ONE_BY_ONE = 60
IMPORT_TARGET_MS = 50


# What runs in the process of a side


class Side:
    """Open one client; a subclass makes small calls."""

    def __init__(self, server: dict[str, str], wire: str) -> None:
        self.server = server
        self.wire = wire
        self.password = server["key"] if wire == "json2" else server["password"]
        self.open()
        self.call()

    def open(self) -> None:
        raise NotImplementedError

    def call(self) -> list[int]:
        raise NotImplementedError

    def cpu(self) -> float:
        """Return the CPU seconds of this process for a small call."""
        started = time.process_time()
        for _ in range(CALLS):
            self.call()
        return (time.process_time() - started) / CALLS

    def wall(self) -> float:
        """Return the seconds of a small call."""
        started = time.perf_counter()
        for _ in range(CALLS):
            self.call()
        return (time.perf_counter() - started) / CALLS

    def config(self, module: Any, **settings: Any) -> Any:
        return module.OdooConfig(
            url=self.server["url"],
            database=self.server["database"],
            username="admin",
            password=self.password,
            **settings,
        )


class Floor(Side):
    """Call with httpx2 and nothing else."""

    def open(self) -> None:
        import httpx2

        self.http = httpx2.Client(headers=self.headers(), timeout=30)
        self.uid = 2

    def headers(self) -> dict[str, str]:
        if self.wire != "json2":
            return {}
        database = self.server["database"]
        return {
            "Authorization": f"bearer {self.password}",
            "X-Odoo-Database": database,
        }

    def request(self) -> tuple[str, dict[str, Any]]:
        if self.wire == "json2":
            body: dict[str, Any] = {"domain": [], "limit": LIMIT}
            return f"{self.server['url']}/json/2/{MODEL}/search", body
        credentials = [self.server["database"], 2, self.password]
        args = [*credentials, MODEL, "search", [[]], {"limit": LIMIT}]
        params = {"service": "object", "method": "execute_kw", "args": args}
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        return f"{self.server['url']}/jsonrpc", body

    def call(self) -> list[int]:
        url, body = self.request()
        answer = self.http.post(url, json=body).raise_for_status().json()
        return answer if self.wire == "json2" else answer["result"]

    def concurrent(self) -> float:
        return asyncio.run(self._concurrent())

    async def _concurrent(self) -> float:
        import httpx2

        url, body = self.request()
        slots = asyncio.Semaphore(CONCURRENCY)
        limits = httpx2.Limits(max_connections=CONCURRENCY)
        async with httpx2.AsyncClient(
            headers=self.headers(), timeout=30, limits=limits
        ) as http:

            async def call() -> Any:
                async with slots:
                    return (await http.post(url, json=body)).raise_for_status().json()

            started = time.perf_counter()
            await asyncio.gather(*(call() for _ in range(CONCURRENT_CALLS)))
            return time.perf_counter() - started


class Ours(Side):
    """Call with libs/vodoo, or the published vodoo in its own environment."""

    protocol: str | None = None

    def open(self) -> None:
        import vodoo

        self.module = vodoo
        settings = {"protocol": self.protocol} if self.protocol else {}
        self.client = vodoo.OdooClient(self.config(vodoo, **settings))

    def call(self) -> list[int]:
        return self.client.search(MODEL, [], limit=LIMIT)

    def concurrent(self) -> float:
        return asyncio.run(self._burst(CONCURRENT_CALLS, warm=True))

    def first_calls(self) -> float:
        """Return the seconds of concurrent calls on a client that is not logged in."""
        return asyncio.run(self._burst(FIRST_CALLS, warm=False))

    async def _burst(self, number: int, warm: bool) -> float:
        client = self.module.AsyncOdooClient(self.config(self.module))
        slots = asyncio.Semaphore(CONCURRENCY)

        async def call() -> Any:
            async with slots:
                return await client.search(MODEL, [], limit=LIMIT)

        async with client:
            if warm:
                await call()
            started = time.perf_counter()
            await asyncio.gather(*(call() for _ in range(number)))
            return time.perf_counter() - started

    def create_many(self) -> float:
        """Return the seconds per record of ``create_many``."""
        values = [{"name": f"many {number}"} for number in range(CREATES)]
        started = time.perf_counter()
        result = self.client.create_many("res.partner.category", values)
        seconds = time.perf_counter() - started
        self.client.unlink("res.partner.category", result.raise_for_errors().ids)
        return seconds / CREATES

    def create_one_by_one(self) -> float:
        """Return the seconds per record of ``create``."""
        started = time.perf_counter()
        ids = [
            self.client.create("res.partner.category", {"name": f"one {number}"})
            for number in range(ONE_BY_ONE)
        ]
        seconds = time.perf_counter() - started
        self.client.unlink("res.partner.category", ids)
        return seconds / ONE_BY_ONE


class OursWeb(Ours):
    protocol = "web"


class OdooRPC(Side):
    def open(self) -> None:
        import odoorpc

        _scheme, _slashes, address = self.server["url"].split("/", 2)
        host, port = address.split(":")
        self.odoo = odoorpc.ODOO(host, protocol="jsonrpc", port=int(port))
        self.odoo.login(self.server["database"], "admin", self.password)

    def call(self) -> list[int]:
        return self.odoo.env[MODEL].search([], limit=LIMIT)


class Odooly(Side):
    def open(self) -> None:
        import odooly

        server, database = self.server["url"], self.server["database"]
        self.client = odooly.Client(server, database, "admin", self.password)

    def call(self) -> list[int]:
        return self.client.env.execute(MODEL, "search", [], limit=LIMIT)


CLASSES: dict[str, type[Side]] = {
    "floor": Floor,
    "ours": Ours,
    "ours-web": OursWeb,
    "odoorpc": OdooRPC,
    "odooly": Odooly,
    "vodoo 4.3.2": Ours,
}
PEERS = ("odoorpc", "odooly", "vodoo 4.3.2")


def serve(name: str, server: dict[str, str]) -> None:
    """Answer each line ``measure wire`` with a figure."""
    opened: dict[str, Side] = {}
    output = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        measure, wire = line.split()
        if wire not in opened:
            opened[wire] = CLASSES[name](server, wire)
        print(getattr(opened[wire], measure)(), file=output, flush=True)


# The run


class Process:
    """A side's process, as the run sees it."""

    def __init__(self, name: str, python: str, server: dict[str, str]) -> None:
        environ = {**os.environ, "PYTHONWARNINGS": "ignore"}
        if name in PEERS:
            environ.pop("PYTHONPATH", None)
        else:
            environ["PYTHONPATH"] = source_path()
        self.name = name
        self.process = subprocess.Popen(
            [python, __file__, "--side", name, "--server", json.dumps(server)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environ,
        )

    def measure(self, measure: str, wire: str) -> float:
        assert self.process.stdin and self.process.stdout
        print(measure, wire, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"The side {self.name!r} ended: see its error above.")
        return float(answer)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


class Run:
    """Measure, print, and remember whether a target was missed."""

    def __init__(self, processes: dict[str, Process], rounds: int) -> None:
        self.processes = processes
        self.rounds = rounds
        self.missed = False

    def compare(
        self,
        title: str,
        measure: str,
        wire: str,
        sides: Iterable[str],
        *,
        rounds: int | None = None,
        target: float | None = None,
        unit: float = 1e3,
    ) -> None:
        """Print a measure of several sides as multiples of the first one's."""
        names = [name for name in sides if name in self.processes]
        self.report(
            title,
            names,
            lambda name: self.processes[name].measure(measure, wire),
            rounds or self.rounds,
            target,
            unit,
        )

    def report(
        self,
        title: str,
        names: list[str],
        take: Callable[[str], float],
        rounds: int,
        target: float | None,
        unit: float = 1e3,
    ) -> None:
        figures: dict[str, list[float]] = {name: [] for name in names}
        order = list(names)
        for turn in range(rounds + 1):
            for name in order:
                figure = take(name)
                if turn:  # the first round warms up
                    figures[name].append(figure)
            order.append(order.pop(0))
        print(f"\n{title}")
        base = figures[names[0]]
        for name in names:
            ratio = statistics.median(
                own / floor for own, floor in zip(figures[name], base, strict=True)
            )
            verdict = ""
            if name == "ours" and target is not None:
                verdict = f"  target <= {target:g}"
                if ratio > target:
                    self.missed = True
                    verdict += "  MISSED"
            median = statistics.median(figures[name]) * unit
            print(f"  {name:12} {median:9.3f} ms  x {ratio:6.3f}{verdict}")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--server", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.side:
        serve(options.side, json.loads(options.server))
        return 0
    sys.path[:0] = [str(CLONE / "libs/vodoo/tests"), str(CLONE / "libs/vodoo/src")]
    from vodoo_support.odoo_server import running_odoo

    peers = None if options.no_peers else ensure_peers()
    with running_odoo() as odoo:
        server = {
            "url": odoo.url,
            "database": odoo.database,
            "password": odoo.password,
            "key": odoo.api_key(),
        }
        processes = {
            name: Process(name, peers if name in PEERS else sys.executable, server)
            for name in SIDES
            if name not in PEERS or peers
        }
        try:
            return run(Run(processes, options.rounds), peers)
        finally:
            for process in processes.values():
                process.close()


def run(run: Run, peers: str | None) -> int:
    """Measure everything; return 1 if a target was missed."""
    on_json2 = ("floor", "ours", "vodoo 4.3.2")
    on_legacy = ("floor", "ours", "ours-web", "odoorpc", "odooly", "vodoo 4.3.2")
    run.compare("CPU of a small call, JSON-2", "cpu", "json2", on_json2, target=1.15)
    run.compare("CPU of a small call, legacy", "cpu", "legacy", on_legacy, target=1.15)
    run.compare("Time of a small call, JSON-2", "wall", "json2", on_json2)
    run.compare("Time of a small call, legacy and session", "wall", "legacy", on_legacy)
    run.compare(
        f"{CONCURRENT_CALLS} small calls at concurrency {CONCURRENCY}, JSON-2",
        "concurrent",
        "json2",
        on_json2,
        rounds=max(3, run.rounds // 2),
        target=1.05,
    )
    run.compare(
        f"{FIRST_CALLS} concurrent first calls, legacy (published: one login each)",
        "first_calls",
        "legacy",
        ("ours", "vodoo 4.3.2"),
        rounds=3,
    )
    measures = {"one by one": "create_one_by_one", "ours": "create_many"}
    run.report(
        f"A record of {CREATES} by create_many, beside create",
        list(measures),
        lambda name: run.processes["ours"].measure(measures[name], "json2"),
        3,
        target=1 / 20,
    )
    imports = {"httpx2": (sys.executable, "httpx2"), "ours": (sys.executable, "vodoo")}
    if peers:
        imports["vodoo 4.3.2"] = (peers, "vodoo")
    run.report(
        "Import",
        list(imports),
        lambda name: import_seconds(*imports[name]),
        run.rounds,
        None,
    )
    beyond_ms = 1e3 * statistics.median(
        import_seconds(*imports["ours"]) - import_seconds(*imports["httpx2"])
        for _ in range(run.rounds)
    )
    missed = beyond_ms > IMPORT_TARGET_MS
    verdict = "  MISSED" if missed else ""
    print(f"  beyond httpx2 {beyond_ms:7.1f} ms  target <= {IMPORT_TARGET_MS}{verdict}")
    return 1 if run.missed or missed else 0


def import_seconds(python: str, module: str) -> float:
    """Return how long a fresh interpreter takes to import a module."""
    script = (
        "import time; started = time.perf_counter(); "
        f"import {module}; print(time.perf_counter() - started)"
    )
    environ = {**os.environ, "PYTHONPATH": source_path()}
    if python != sys.executable:
        environ.pop("PYTHONPATH")
    done = subprocess.run(
        [python, "-c", script], env=environ, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def source_path() -> str:
    own = str(CLONE / "libs" / "vodoo" / "src")
    return os.pathsep.join(filter(None, [own, os.environ.get("PYTHONPATH")]))


def ensure_peers() -> str | None:
    """Return a Python that has the other clients."""
    base = find_peer_python()
    if base is None:
        wanted = ", ".join(PEER_PYTHONS)
        print(f"without the other clients: none of {wanted} was found", file=sys.stderr)
        return None
    home = Path(os.environ.get("CONNECTOR_HOME") or tempfile.gettempdir())
    versions = "-".join(word.replace("==", "-") for word in PEER_REQUIREMENTS)
    folder = home / f"client-peers-{versions}"
    python = folder / "bin" / "python"
    complete = folder / "complete"
    if not complete.exists():
        subprocess.run([base, "-m", "venv", "--clear", folder], check=True)
        command = [python, "-m", "pip", "install", "--quiet"]
        environ = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        subprocess.run(
            [*command, "--disable-pip-version-check", *PEER_REQUIREMENTS],
            check=True,
            env=environ,
        )
        complete.touch()
    return str(python)


def find_peer_python() -> str | None:
    """Return a Python that is new enough for the published vodoo."""
    for command in (sys.executable, *PEER_PYTHONS):
        probe = "import sys, venv; sys.exit(sys.version_info < (3, 12))"
        try:
            done = subprocess.run([command, "-c", probe], capture_output=True)
        except OSError:
            continue
        if done.returncode == 0:
            return command
    return None


if __name__ == "__main__":
    sys.exit(main())
