# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The component registry: component classes by name, and cached lookups."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from .component_classes import build_component_classes
from .definitions import MetaComponent
from .resolution import UsageIndex

#: minimum number of failed lookups that a registry caches
DEFAULT_CACHE_SIZE = 512


class LookupCache:
    """Results of lookups.

    The registered components bound the number of successful lookups. Failed lookups are
    unbounded, so only the latest are kept. The caches are plain dicts, because a lookup
    that hits one must not cost a Python call, as one in an LRU would.
    """

    __slots__ = ("found", "answers", "named", "_misses", "_cachesize")

    def __init__(self, cachesize: int):
        #: (collection, usage, model) -> the matching classes
        self.found: dict[tuple, list[Any]] = {}
        #: (collection, usage, model) -> the chosen class, if it does not depend on the
        #: other arguments of a lookup
        self.answers: dict[tuple, Any] = {}
        #: (collection, name, model) -> the class of that name, if it matches
        self.named: dict[tuple, Any] = {}
        #: the keys of failed lookups in ``found``, the oldest first
        self._misses: deque[tuple] = deque()
        self._cachesize = cachesize

    def remember(self, key: tuple, found: list[Any], registered: int) -> None:
        """Cache the result of a lookup among a number of registered components."""
        self.found[key] = found
        if not found:
            self._misses.append(key)
            if len(self._misses) > max(self._cachesize, 8 * registered):
                self.found.pop(self._misses.popleft(), None)

    def clear(self) -> None:
        """Empty the caches."""
        self.found.clear()
        self.answers.clear()
        self.named.clear()
        self._misses.clear()


class ComponentRegistry:
    """Component classes of a database, by name, in registration order.

    :param cachesize: minimum number of failed lookups to cache
    """

    def __init__(self, cachesize: int = DEFAULT_CACHE_SIZE):
        self._cache = LookupCache(cachesize)
        self._found = self._cache.found
        self._answers = self._cache.answers
        self._named = self._cache.named
        self._components: dict[str, Any] = {}
        self._loaded_modules: set[str] = set()
        #: the definitions to build together, None outside of a batch
        self._batch: list[Any] | None = None
        self._index: UsageIndex | None = None
        #: weak reference to the Odoo registry that this one was built for, if any
        self._owner: Any = None
        #: False until all components are built: no events are sent before
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
        """Build the components of an addon, unless they are built already.

        :raises TypeError: if a definition is invalid
        """
        with self.batch() as batch:
            if addon in self._loaded_modules:
                return
            self._loaded_modules.add(addon)
            # a copy: another thread may import an addon for another database
            for definition in list(MetaComponent._modules_components.get(addon, ())):
                if _builds_itself(definition):
                    self._build(batch)
                    definition._build_component(self)
                else:
                    batch.append(definition)

    @contextmanager
    def batch(self) -> Iterator[list[Any]]:
        """Build the addons that are loaded in the block together, each class once.

        After an exception, none of them counts as loaded.
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
        """Return the matching concrete component classes, in registration order.

        A component without ``_collection`` matches any collection, one without
        ``_apply_on`` any model. A criterion that is None does not restrict. The result
        is cached: components built later are found after ``_cache.clear()``.
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
    """Return True if a definition overrides ``_build_component``."""
    module = getattr(definition._build_component, "__module__", None)
    return module != f"{__package__}.component"
