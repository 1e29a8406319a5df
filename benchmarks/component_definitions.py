# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Components of the case ``component``, and its floor."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from types import SimpleNamespace

COLLECTION = "bench.backend"
ADDONS = 20


class Collection:
    """Minimal backend record for a work context."""

    _name = COLLECTION
    id = 1

    def __init__(self):
        registry = SimpleNamespace(ready=True)
        self.env = Env(registry)

    def ensure_one(self):
        return self


class Env(dict):
    """Environment without a database; a model is its name."""

    def __init__(self, registry):
        super().__init__()
        self.context = {}
        self.cr = SimpleNamespace(dbname="bench")
        self.registry = registry

    def __missing__(self, model_name):
        return model_name


class FloorContext:
    """Minimal work context."""

    def __init__(self, model_name, collection):
        self.model_name = model_name
        self.collection = collection


class FloorComponent:
    """Minimal component."""

    def __init__(self, work):
        self.work = work


def define(count):
    """Define components over 20 addons; some addons extend what all inherit."""
    from odoo.addons.component.core import (
        AbstractComponent,
        Component,
        MetaComponent,
    )

    # nothing but the component "base" of the addon itself
    recorded = MetaComponent._modules_components
    own = recorded["component"]
    recorded.clear()
    recorded["component"] = own
    addons = [f"bench_{number}" for number in range(ADDONS)]
    per_addon = count // ADDONS
    number = itertools.count()
    for addon in addons:
        module = f"odoo.addons.{addon}.components"
        extension = {"__module__": module, "_inherit": "base", f"of_{addon}": method}
        MetaComponent("Base", (AbstractComponent,), extension)
        for _number in range(per_addon):
            position = next(number)
            MetaComponent(
                f"Component{position}",
                (Component,),
                {
                    "__module__": module,
                    "_name": f"bench.{position}",
                    "_collection": COLLECTION,
                    "_usage": f"usage.{position % 10}",
                    "_apply_on": [f"model.{position // 10}"],
                    "run": method,
                },
            )
    return addons


def method(self):
    return self.work


def build(addons):
    """Build a registry the fastest way the side has."""
    from odoo.addons.component.core import ComponentRegistry

    registry = ComponentRegistry()
    with getattr(registry, "batch", no_batch)():
        for addon in ("component", *addons):
            registry.load_components(addon)
    registry.ready = True
    return registry


@contextmanager
def no_batch():
    yield


def work_in(count):
    from odoo.addons.component.core import WorkContext, _component_databases

    registry = _component_databases["bench"] = build(define(count))
    collection = Collection()
    work = WorkContext(model_name="model.1", collection=collection)
    assert work.components_registry is registry
    return work


# classes that are not components


def plain_classes(count):
    """Create classes that inherit nothing but an __init__."""
    return [
        type(
            f"bench.{position}",
            (FloorComponent,),
            {
                "_name": f"bench.{position}",
                "_collection": COLLECTION,
                "_usage": f"usage.{position % 10}",
                "_apply_on": [f"model.{position // 10}"],
                "run": method,
            },
        )
        for position in range(count)
    ]


def plain_heirs(count):
    """Return a function that creates classes with the ancestors of the components.

    The definitions and extensions exist before, as for components.
    """
    extensions = [
        type("Base", (FloorComponent,), {f"of_bench_{number}": method})
        for number in range(ADDONS + 1)
    ]
    definitions = plain_classes(count)

    def create():
        base = type("base", tuple(reversed(extensions)), {"_name": "base"})
        return [
            type(definition.__name__, (definition, base), {"_name": "bench"})
            for definition in definitions
        ]

    return create
