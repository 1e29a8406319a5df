# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What finding components and building their registry costs; see common.py."""

from __future__ import annotations

import gc
import itertools
import random
import sys
import tracemalloc
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parent))

from common import Benchmark, Run  # noqa: E402

bench = Benchmark(str(Path(__file__).resolve()), "component")

COLLECTION = "bench.backend"
ADDONS = 20


class Collection:
    """Be a backend record, as far as a work context looks at it."""

    _name = COLLECTION
    id = 1

    def __init__(self):
        registry = SimpleNamespace(ready=True)
        self.env = Env(registry)

    def ensure_one(self):
        return self


class Env(dict):
    def __init__(self, registry):
        super().__init__()
        self.context = {}
        self.cr = SimpleNamespace(dbname="bench")
        self.registry = registry

    def __missing__(self, model_name):
        return model_name


class FloorContext:
    def __init__(self, model_name, collection):
        self.model_name = model_name
        self.collection = collection


class FloorComponent:
    def __init__(self, work):
        self.work = work


# what is built and looked up


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


# look up


@bench.case("component(), same model, warm", target=3)
def same_model(side):
    if side == "floor":
        work = FloorContext("model.1", Collection())
        classes = {(COLLECTION, "usage.1", "model.1"): FloorComponent}
        return Run(lambda: classes[COLLECTION, "usage.1", "model.1"](work))
    work = work_in(500)
    return Run(lambda: work.component("usage.1"))


@bench.case("component(), another model, warm", target=3)
def another_model(side):
    if side == "floor":
        collection = Collection()
        classes = {(COLLECTION, "usage.1", "model.2"): FloorComponent}
        return Run(
            lambda: classes[COLLECTION, "usage.1", "model.2"](
                FloorContext("model.2", collection)
            )
        )
    work = work_in(500)
    return Run(lambda: work.component("usage.1", model_name="model.2"))


@bench.case("component_by_name()", target=3)
def by_name(side):
    if side == "floor":
        work = FloorContext("model.1", Collection())
        classes = {"bench.11": FloorComponent}
        return Run(lambda: classes["bench.11"](work))
    work = work_in(500)
    return Run(lambda: work.component_by_name("bench.11"))


@bench.case("work_on(), enter and exit", target=2.5)
def work_on(side):
    collection = Collection()
    if side == "floor":

        @contextmanager
        def enter(model_name):
            yield FloorContext(model_name, collection)

    else:
        work_in(500)
        from odoo.addons.component.models.collection import Collection as Model

        def enter(model_name):
            return Model.work_on(collection, model_name)

    def call():
        with enter("model.1"):
            pass

    return Run(call)


def keys(count=2000):
    """Return distinct keys in no order; about one in four finds something."""
    rng = random.Random(1)
    everything = [
        (COLLECTION, f"usage.{usage}", f"model.{model}")
        for usage in range(10)
        for model in range(200)
    ]
    rng.shuffle(everything)
    return everything[:count]


def lookup_case(size, seen):
    def prepare(side):
        wanted = keys()
        if side == "floor":
            answers = dict.fromkeys(wanted, ())

            def call():
                for key in wanted:
                    answers[key]

            return Run(call, operations=len(wanted))
        registry = work_in(size).components_registry
        lookup = registry.lookup

        def call():
            for collection, usage, model in wanted:
                lookup(collection, usage, model)

        if seen:
            return Run(call, operations=len(wanted))
        lookup(*wanted[0])
        return Run(call, operations=len(wanted), before=registry._cache.clear)

    return prepare


for _size in (500, 5000):
    bench.case(
        f"2,000 distinct lookups, {_size} components, seen",
        target=5,
        rounds=5,
    )(lookup_case(_size, seen=True))
    bench.case(
        f"2,000 distinct lookups, {_size} components, first time",
        rounds=5,
    )(lookup_case(_size, seen=False))


# build


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

    The definitions and extensions are there already, as they are for components.
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


def build_case(count, make_floor):
    def prepare(side):
        if side == "floor":
            return Run(make_floor(count))
        addons = define(count)
        return Run(lambda: build(addons))

    return prepare


for _size, _rounds in ((500, 9), (5000, 3)):
    bench.case(
        f"build {_size} components (floor: classes with the same ancestors)",
        target=3,
        rounds=_rounds,
    )(build_case(_size, plain_heirs))
bench.case("build 500 components (floor: classes without ancestors)", rounds=9)(
    build_case(500, lambda count: lambda: plain_classes(count))
)


@bench.case("memory of a registry of 500", unit="B", target=1, rounds=3, against="peer")
def memory(side):
    if side == "floor":
        return None
    addons = define(500)
    build(addons)

    def kept():
        gc.collect()
        tracemalloc.start()
        try:
            registry = build(addons)
            registry.lookup(COLLECTION, "usage.1", "model.1")
            gc.collect()
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()

    return Run(kept)


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark; the figures need no database."""
    bench.run(arguments)


if __name__ == "__main__":
    main()
