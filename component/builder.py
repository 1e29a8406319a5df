# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tie the life of the component registry to that of Odoo's registry."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from odoo import api, models
from odoo.modules.module_graph import ModuleGraph

from .core import DEFAULT_CACHE_SIZE, ComponentRegistry, _component_databases
from .rebuilding import rebuilds


class ComponentBuilder(models.AbstractModel):
    """Build the component registry of the database when Odoo's registry is loaded."""

    _name = "component.builder"
    _description = "Component Builder"

    #: how many lookups that find nothing the registry of the database remembers
    _components_registry_cache_size = DEFAULT_CACHE_SIZE

    def _register_hook(self):
        """Build the components aside, then put them in the place of the former."""
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
            rebuilds.end(dbname)
        return result

    def _unregister_hook(self):
        """Withdraw the components until the next ``_register_hook`` builds them.

        Other threads wait for them: see ``rebuilding.py``.
        """
        rebuilds.begin(self.env.cr.dbname)
        _component_databases.withdraw(self.env.cr.dbname)
        return super()._unregister_hook()

    def _init_global_registry(self) -> ComponentRegistry:
        """Put an empty registry, not ready, in the place of the database's, return it.

        For those who build it themselves; the builder does not: no lookup should find
        a registry that is half built.
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

        It is not marked as ready: that is for the caller to say.

        :param states: of the addons to take; by default the installed ones and those
            that are upgraded
        :param exclude_addons: addons to leave out; what depends on them is left out
            with them, unless their components are in the registry already
        :raises TypeError: when a definition is wrong
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

        :param components_registry: where to; by default the database's own
        """
        if components_registry is None:
            components_registry = _component_databases[self.env.cr.dbname]
        components_registry.load_components(module)

    def _get_addons(
        self, states: tuple[str, ...], excluded: set[str], loaded: set[str]
    ) -> list[str]:
        """Return the names of addons in these states, after what they depend on."""
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
