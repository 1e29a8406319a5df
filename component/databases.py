# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The component registry of each database.

``component.builder`` follows the life of Odoo's registry. Odoo calls two hooks when it
changes its registry, because an addon is installed or a custom field is added::

    _unregister_hook    begin_rebuild()   no registry, other threads wait
        Odoo changes its registry
    _register_hook      publish()         the new registry is complete
                        end_rebuild()     other threads continue

A thread that looks up a component or notifies listeners between the two hooks waits for
the second one. The thread that rebuilds does not wait. A published registry is freed
together with Odoo's registry.

A test may override the registry of its database. The override stays in front of
registries that are published meanwhile.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .registry import ComponentRegistry

if TYPE_CHECKING:
    from odoo.api import Environment
    from odoo.modules.registry import Registry

#: longest wait, counted from the beginning of the rebuild: a failed one never ends
REBUILD_TIMEOUT_SECONDS = 10


@dataclass
class _Rebuild:
    """The time between the hooks, in the thread that calls them."""

    thread_id: int = field(default_factory=threading.get_ident)
    began: float = field(default_factory=time.monotonic)
    ended: threading.Event = field(default_factory=threading.Event)


class ComponentDatabases(dict):
    """Component registries by database name."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        #: database name -> overrides, the latest last
        self._overrides: dict[str, list[tuple[object, Any]]] = {}
        #: database name -> the registry behind an override; no key without one
        self._behind: dict[str, Any] = {}
        #: database name -> the finalizer that frees its registry
        self._finalizers: dict[str, weakref.finalize] = {}
        self._rebuilds: dict[str, _Rebuild] = {}

    def find(self, env: Environment) -> Any:
        """Return the registry for the lookups of an environment, or None.

        Wait while another thread rebuilds it. While Odoo loads its registry, the
        present component registry belongs to the previous one: it serves transactions
        that began before, but not the one that loads.
        """
        registry = self._find_now(env)
        if registry is None and env.registry.ready:
            self._wait_for_rebuild(env.cr.dbname)
            registry = self._find_now(env)
        return registry

    def _find_now(self, env: Environment) -> Any:
        registry = self.get(env.cr.dbname)
        if registry is not None and registry.__class__ is ComponentRegistry:
            owner = registry._owner
            if owner is None or owner() is env.registry or env.registry.ready:
                return registry
            return None
        return registry

    def begin_rebuild(self, dbname: str) -> None:
        """Withdraw the registry of a database and make other threads wait."""
        self._rebuilds[dbname] = _Rebuild()
        registries = self._behind if dbname in self._overrides else self
        registry = registries.pop(dbname, None)
        if isinstance(registry, ComponentRegistry):
            registry.ready = False

    def publish(
        self, dbname: str, registry: ComponentRegistry, owner: Registry
    ) -> None:
        """Replace the registry of a database by one that is built.

        :param owner: Odoo's registry; the component registry is freed with it
        """
        registry._owner = weakref.ref(owner)
        finalizer = self._finalizers.get(dbname)
        alive = finalizer.peek() if finalizer else None
        if alive is None or alive[0] is not owner:
            finalizer = weakref.finalize(owner, self._free, dbname)
            finalizer.atexit = False
            self._finalizers[dbname] = finalizer
        if dbname in self._overrides:
            self._behind[dbname] = registry
        else:
            self[dbname] = registry

    def end_rebuild(self, dbname: str) -> None:
        """Release the waiting threads."""
        rebuild = self._rebuilds.pop(dbname, None)
        if rebuild is not None:
            rebuild.ended.set()

    def _wait_for_rebuild(self, dbname: str) -> None:
        rebuild = self._rebuilds.get(dbname)
        if rebuild is not None and rebuild.thread_id != threading.get_ident():
            left = rebuild.began + REBUILD_TIMEOUT_SECONDS - time.monotonic()
            if left > 0:
                rebuild.ended.wait(left)

    def _free(self, dbname: str) -> None:
        """Free the registry of a database whose owner was garbage collected."""
        for registries in (self, self._behind):
            owner = getattr(registries.get(dbname), "_owner", None)
            if owner is not None and owner() is None:
                del registries[dbname]

    @contextmanager
    def override(self, dbname: str, registry: Any) -> Iterator[Any]:
        """Override the registry of a database, also those published in the block.

        Overrides may end in any order: the latest remaining one counts.
        """
        overrides = self._overrides.setdefault(dbname, [])
        if not overrides and dbname in self:
            self._behind[dbname] = self[dbname]
        token = object()
        overrides.append((token, registry))
        self[dbname] = registry
        try:
            yield registry
        finally:
            overrides[:] = [entry for entry in overrides if entry[0] is not token]
            if overrides:
                self[dbname] = overrides[-1][1]
            else:
                del self._overrides[dbname]
                self.pop(dbname, None)
                if dbname in self._behind:
                    self[dbname] = self._behind.pop(dbname)


_component_databases = ComponentDatabases()
