# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Keep: the component classes of each database, and what lookups found among them."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .component_classes import build_component_classes
from .definitions import MetaComponent
from .rebuilding import rebuilds
from .resolution import UsageIndex

if TYPE_CHECKING:
    from odoo.api import Environment
    from odoo.modules.registry import Registry

#: how many lookups that found nothing a registry remembers at least
DEFAULT_CACHE_SIZE = 512


class LookupCache:
    """Remember what lookups found, until it is cleared.

    What was found is bounded by what is registered. What was not could be anything: of
    that, only the latest are remembered.
    """

    __slots__ = ("found", "answers", "named", "_misses", "_cachesize")

    def __init__(self, cachesize: int):
        #: (collection, usage, model) -> the classes that fit
        self.found: dict[tuple, list[Any]] = {}
        #: (collection, usage, model) -> the one class that any lookup gives, whatever
        #: else it is asked
        self.answers: dict[tuple, Any] = {}
        #: (collection, name, model) -> the class of that name, if it is for these
        self.named: dict[tuple, Any] = {}
        #: the keys in ``found`` that found nothing, the oldest first
        self._misses: deque[tuple] = deque()
        self._cachesize = cachesize

    def remember(self, key: tuple, found: list[Any], registered: int) -> None:
        """Remember what was found, of as many components as are registered."""
        self.found[key] = found
        if not found:
            self._misses.append(key)
            if len(self._misses) > max(self._cachesize, 8 * registered):
                self.found.pop(self._misses.popleft(), None)

    def clear(self) -> None:
        """Forget everything."""
        self.found.clear()
        self.answers.clear()
        self.named.clear()
        self._misses.clear()


class ComponentRegistry:
    """Hold the component classes of a database by name, and find them by criteria.

    :param cachesize: how many lookups that find nothing are remembered at least
    """

    def __init__(self, cachesize: int = DEFAULT_CACHE_SIZE):
        self._cache = LookupCache(cachesize)
        self._found = self._cache.found
        self._answers = self._cache.answers
        self._named = self._cache.named
        self._components: dict[str, Any] = {}
        self._loaded_modules: set[str] = set()
        #: the definitions that wait to be built together, None outside of a batch
        self._batch: list[Any] | None = None
        self._index: UsageIndex | None = None
        #: the registry of Odoo's models that this one was built for, if for one
        self._owner: Any = None
        #: False until all components are built: nothing should be notified before
        self.ready = False

    def __getitem__(self, name: str) -> Any:
        return self._components[name]

    def __setitem__(self, name: str, component_class: Any) -> None:
        self._components[name] = component_class
        self._named.clear()
        self._index = None

    def __contains__(self, name: object) -> bool:
        return name in self._components

    def __iter__(self) -> Iterator[str]:
        return iter(self._components)

    def __len__(self) -> int:
        return len(self._components)

    def __bool__(self) -> bool:
        return True

    def get(self, name: str, default: Any = None) -> Any:
        """Return the component class of a name, or the default."""
        return self._components.get(name, default)

    def load_components(self, addon: str) -> None:
        """Build the components that an addon defines, unless they already are.

        :raises TypeError: when a definition is wrong
        """
        with self.batch() as batch:
            if addon in self._loaded_modules:
                return
            self._loaded_modules.add(addon)
            # a list of its own: an addon may be imported meanwhile for another database
            for definition in list(MetaComponent._modules_components.get(addon, ())):
                if _builds_itself(definition):
                    self._build(batch)
                    definition._build_component(self)
                else:
                    batch.append(definition)

    @contextmanager
    def batch(self) -> Iterator[list[Any]]:
        """Collect what is loaded within, and build it at the end, each class once.

        When that fails, or what is done within does, all of it counts as not loaded.
        """
        if self._batch is not None:
            yield self._batch
            return
        loaded_before = set(self._loaded_modules)
        self._batch = []
        try:
            yield self._batch
            self._build(self._batch)
        except BaseException:
            self._loaded_modules.clear()
            self._loaded_modules.update(loaded_before)
            raise
        finally:
            self._batch = None

    def _build(self, batch: list[Any]) -> None:
        build_component_classes(self, batch)
        batch.clear()

    def lookup(
        self,
        collection_name: str | None = None,
        usage: str | None = None,
        model_name: str | None = None,
    ) -> list[Any]:
        """Return the concrete component classes that fit, in registration order.

        A component without ``_collection`` fits any collection, one without
        ``_apply_on`` any model; a criterion that is None does not restrict. The answer
        is remembered: components built later are seen after ``_cache.clear()``.
        """
        found = self._found.get((collection_name, usage, model_name))
        if found is None:
            found = self._find((collection_name, usage, model_name))
        return [*found]

    @property
    def by_usage(self) -> Mapping[str | None, Sequence[Any]]:
        """All component classes of each usage, in registration order."""
        return self._get_index().by_usage

    def _get_index(self) -> UsageIndex:
        index = self._index
        if index is None:
            index = self._index = UsageIndex(self._components.values())
        return index

    def _find(self, key: tuple) -> list[Any]:
        found = self._get_index().find(*key)
        self._cache.remember(key, found, len(self._components))
        return found


def _builds_itself(definition: Any) -> bool:
    """Tell whether a definition overrides ``_build_component``."""
    module = getattr(definition._build_component, "__module__", None)
    return module != f"{__package__}.component"


class ComponentDatabases(dict):
    """Hold the component registry of each database, by the database's name.

    A registry is published for a registry of Odoo's models and goes with it. A test
    may put another one in front for a while.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        #: database name -> what stands in front, the latest last
        self._overrides: dict[str, list[tuple[object, Any]]] = {}
        #: database name -> what is behind an override; no key when there is nothing
        self._behind: dict[str, Any] = {}
        #: database name -> what frees its registry
        self._finalizers: dict[str, weakref.finalize] = {}

    def find(self, env: Environment) -> Any:
        """Return the registry that lookups of an environment use, or None.

        Wait for it while another thread rebuilds it. While Odoo loads its registry,
        the one that is there belongs to the previous one: good for transactions that
        began before, not for the one that loads.
        """
        registry = self._find_now(env)
        if registry is None and env.registry.ready:
            rebuilds.wait(env.cr.dbname)
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

    def publish(
        self, dbname: str, registry: ComponentRegistry, owner: Registry
    ) -> None:
        """Put a registry that is built in the place of the one before, at once.

        It goes when its owner, the registry of Odoo's models, goes.
        """
        registry._owner = weakref.ref(owner)
        finalizer = self._finalizers.get(dbname)
        alive = finalizer.peek() if finalizer else None
        if alive is None or alive[0] is not owner:
            finalizer = weakref.finalize(owner, self._forget, dbname)
            finalizer.atexit = False
            self._finalizers[dbname] = finalizer
        if dbname in self._overrides:
            self._behind[dbname] = registry
        else:
            self[dbname] = registry

    def withdraw(self, dbname: str) -> None:
        """Take away the registry of a database that is about to be built anew."""
        place = self._behind if dbname in self._overrides else self
        registry = place.pop(dbname, None)
        if isinstance(registry, ComponentRegistry):
            registry.ready = False

    def _forget(self, dbname: str) -> None:
        """Free the registry of a database if its owner is gone."""
        for place in (self, self._behind):
            owner = getattr(place.get(dbname), "_owner", None)
            if owner is not None and owner() is None:
                del place[dbname]

    @contextmanager
    def override(self, dbname: str, registry: Any) -> Iterator[Any]:
        """Put a registry in front of a database's own, whatever is published meanwhile.

        Overrides may end in any order: the latest that is left counts.
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
