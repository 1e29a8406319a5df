# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Machines as network namespaces, connected by a bridge in another namespace.

    odoo1 ─┐            A machine is a namespace with one interface, `lan`. The other
    odoo2 ─┤ bridge     end of its cable is a port of the bridge.
    db    ─┘

Nothing of this machine's own network is touched: processes enter a namespace, also the
one that runs the tests (`Network.inside`). Unix sockets work across namespaces.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from devtools.errors import SetupError

#: of documentation: no other machine has them
ADDRESSES = {
    "odoo1": "192.0.2.11",
    "odoo2": "192.0.2.12",
    "db": "192.0.2.20",
    "pool": "192.0.2.21",
    "balancer": "192.0.2.30",
    "source": "192.0.2.40",
    "admin": "192.0.2.50",
}
PREFIX = "several-machines-"
SWITCH = "switch"
#: a hardware address that no machine has
NOBODY = "02:00:00:00:00:fe"
CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def ip(*words: str) -> str:
    """Run ``ip`` of iproute2; return its output."""
    ran = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SetupError(f"ip {' '.join(words)} failed: {ran.stderr.strip()}")
    return ran.stdout


def check_namespaces() -> None:
    """Skip the test where namespaces cannot be made; fail if a package is missing."""
    if os.geteuid() != 0:
        pytest.skip(f"network namespaces need root; this is user {os.geteuid()}")
    if shutil.which("ip") is None:
        raise SetupError(
            "the program ip was not found: the machines of this test are network "
            "namespaces.\nInstall iproute2 (apt-get install iproute2)."
        )
    name = f"{PREFIX}{os.getpid()}-check"
    try:
        ip("netns", "add", name)
    except SetupError as error:
        pytest.skip(f"this machine does not allow network namespaces: {error}")
    ip("netns", "delete", name)


class Network:
    """The machines of a test, removed after the block."""

    def __init__(self, addresses: Mapping[str, str] = ADDRESSES):
        self.addresses = dict(addresses)
        self._names = [SWITCH, *self.addresses]

    def namespace(self, machine: str) -> str:
        return f"{PREFIX}{os.getpid()}-{machine}"

    def __enter__(self) -> Network:
        remove_leftovers()
        try:
            for name in self._names:
                ip("netns", "add", self.namespace(name))
            self._switch("link", "add", "bridge", "type", "bridge")
            self._switch("link", "set", "bridge", "up")
            for name, address in self.addresses.items():
                self._connect(name, address)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        for name in self._names:
            remove(self.namespace(name))

    def _connect(self, machine: str, address: str) -> None:
        inside = ("-n", self.namespace(machine))
        end = ("peer", "name", "lan", "netns", self.namespace(machine))
        self._switch("link", "add", machine, "type", "veth", *end)
        self._switch("link", "set", machine, "master", "bridge", "up")
        ip(*inside, "address", "add", f"{address}/24", "dev", "lan")
        ip(*inside, "link", "set", "lan", "up")
        ip(*inside, "link", "set", "lo", "up")

    def _switch(self, *words: str) -> None:
        ip("-n", self.namespace(SWITCH), *words)

    @contextmanager
    def inside(self, machine: str) -> Iterator[None]:
        """Move this thread, and what it starts, to a machine during the block."""
        with _current_namespace() as before:
            _enter(Path("/run/netns") / self.namespace(machine))
            try:
                yield
            finally:
                _enter(before)

    def unplug(self, machine: str) -> None:
        """Cut the cable: no packet of the machine arrives any more."""
        self._switch("link", "set", machine, "down")

    def plug(self, machine: str) -> None:
        self._switch("link", "set", machine, "up")

    def drop(self, one: str, other: str) -> None:
        """Lose all packets between two machines, without an error or a reset.

        They are sent to a hardware address that no machine has.
        """
        for here, there in ((one, other), (other, one)):
            self._resolve(here, "replace", there, "lladdr", NOBODY, "nud permanent")

    def deliver(self, one: str, other: str) -> None:
        """Undo `drop`."""
        for here, there in ((one, other), (other, one)):
            self._resolve(here, "delete", there)

    def _resolve(self, machine: str, verb: str, other: str, *more: str) -> None:
        words = [word for text in more for word in text.split()]
        where = ("-n", self.namespace(machine), "neighbour", verb)
        ip(*where, self.addresses[other], "dev", "lan", *words)

    def kill(self, machine: str) -> None:
        """Kill all processes of a machine."""
        kill_processes(self.namespace(machine))


def remove_leftovers() -> None:
    """Remove the namespaces of test runs that were killed."""
    for name in re.findall(rf"^{PREFIX}\d+-\S+", ip("netns", "list"), re.MULTILINE):
        pid = name.removeprefix(PREFIX).partition("-")[0]
        if not Path("/proc", pid).exists():
            remove(name)


def remove(namespace: str) -> None:
    """Remove a namespace, if there is one, with its processes."""
    if (Path("/run/netns") / namespace).exists():
        kill_processes(namespace)
        ip("netns", "delete", namespace)


def kill_processes(namespace: str) -> None:
    """Kill all processes of a namespace, except this one, and wait for their end."""
    deadline = time.monotonic() + 10
    while pids := list_running(namespace):
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if time.monotonic() > deadline:
            raise SetupError(f"processes of {namespace} do not end: {pids}")
        time.sleep(0.02)


def list_running(namespace: str) -> list[int]:
    """Return the processes of a namespace that have not ended."""
    pids = map(int, ip("netns", "pids", namespace).split())
    return [pid for pid in pids if pid != os.getpid() and not _has_ended(pid)]


def _has_ended(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] in "ZX"


@contextmanager
def _current_namespace() -> Iterator[int]:
    descriptor = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _enter(namespace: Path | int) -> None:
    if isinstance(namespace, Path):
        descriptor = os.open(namespace, os.O_RDONLY)
        try:
            return _enter(descriptor)
        finally:
            os.close(descriptor)
    if _libc.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
    return None
