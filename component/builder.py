# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Build the component registry of a database together with Odoo's registry."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from odoo import api, models
from odoo.modules.module_graph import ModuleGraph

from .core import DEFAULT_CACHE_SIZE, ComponentRegistry, _component_databases


class ComponentBuilder(models.AbstractModel):
    """Model whose hooks build the component registry: see ``databases``."""

    _name = "component.builder"
    _description = "Component Builder"

    #: how many failed lookups the registry of the database caches
    _components_registry_cache_size = DEFAULT_CACHE_SIZE

    def _register_hook(self):
        """Build a component registry, then publish it."""
        dbname = self.env.cr.dbname
        try:
            result = super()._register_hook()
            components_registry = ComponentRegistry(
                self._components_registry_cache_size
            )
            self.build_registry(components_registry)
            components_registry.ready = True
            _component_databases.publish(
                dbname, components_registry, owner=self.env.registry
            )
        finally:
            _component_databases.end_rebuild(dbname)
        return result

    def _unregister_hook(self):
        """Withdraw the components until the next ``_register_hook`` builds them."""
        _component_databases.begin_rebuild(self.env.cr.dbname)
        return super()._unregister_hook()

    def _init_global_registry(self) -> ComponentRegistry:
        """Replace the registry of the database by an empty one and return it.

        For callers that build it themselves. The builder does not use it, because
        lookups must not find an incomplete registry.
        """
        components_registry = ComponentRegistry(self._components_registry_cache_size)
        _component_databases[self.env.cr.dbname] = components_registry
        return components_registry

    @api.private
    def build_registry(
        self,
        components_registry: ComponentRegistry,
        states: Iterable[str] | None = None,
        exclude_addons: Collection[str] | None = None,
    ) -> None:
        """Build the components of the database's addons into a registry.

        The caller sets ``ready``.

        :param states: states of the addons to build; by default installed and to
            upgrade
        :param exclude_addons: addons to exclude; their dependent addons are excluded
            too, unless the registry has the components of the excluded ones already
        :raises TypeError: if a definition is invalid
        """
        addons = self._get_addons(
            tuple(states or ("installed", "to upgrade")),
            set(exclude_addons or ()),
            components_registry._loaded_modules,
        )
        with components_registry.batch():
            for addon in addons:
                self.load_components(addon, components_registry=components_registry)

    @api.private
    def load_components(
        self, module: str, components_registry: ComponentRegistry | None = None
    ) -> None:
        """Build the components of one addon.

        :param components_registry: by default the registry of the database
        """
        if components_registry is None:
            components_registry = _component_databases[self.env.cr.dbname]
        components_registry.load_components(module)

    def _get_addons(
        self, states: tuple[str, ...], excluded: set[str], loaded: set[str]
    ) -> list[str]:
        """Return the names of the addons in these states, dependencies first."""
        self.env.cr.execute(
            "SELECT name FROM ir_module_module WHERE state IN %s", [states]
        )
        graph = ModuleGraph(self.env.cr)
        graph.extend([name for (name,) in self.env.cr.fetchall()])
        addons = []
        missing = excluded - loaded
        for node in graph:
            if node.name in missing or any(d.name in missing for d in node.depends):
                missing.add(node.name)
            elif node.name not in excluded:
                addons.append(node.name)
        return addons
