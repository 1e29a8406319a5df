# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Process of one side of the case ``client``."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from typing import Any

MODEL, LIMIT = "res.lang", 1
CALLS = 40
CONCURRENT_CALLS, CONCURRENCY = 300, 16
FIRST_CALLS = 20
CREATES = 2000
ONE_BY_ONE = 60


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


class VodooSide(Side):
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


class SuiteWeb(VodooSide):
    """Call as the web client does."""

    protocol = "web"


class OdooRPC(Side):
    """Call with OdooRPC."""

    def open(self) -> None:
        import odoorpc

        _scheme, _slashes, address = self.server["url"].split("/", 2)
        host, port = address.split(":")
        self.odoo = odoorpc.ODOO(host, protocol="jsonrpc", port=int(port))
        self.odoo.login(self.server["database"], "admin", self.password)

    def call(self) -> list[int]:
        return self.odoo.env[MODEL].search([], limit=LIMIT)


class Odooly(Side):
    """Call with Odooly."""

    def open(self) -> None:
        import odooly

        server, database = self.server["url"], self.server["database"]
        self.client = odooly.Client(server, database, "admin", self.password)

    def call(self) -> list[int]:
        return self.client.env.execute(MODEL, "search", [], limit=LIMIT)


CLASSES: dict[str, type[Side]] = {
    "floor": Floor,
    "suite": VodooSide,
    "suite-web": SuiteWeb,
    "odoorpc": OdooRPC,
    "odooly": Odooly,
    "vodoo 4.3.2": VodooSide,
}


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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("server")
    options = parser.parse_args()
    serve(options.name, json.loads(options.server))


if __name__ == "__main__":
    main()
