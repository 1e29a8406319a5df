# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cost of component lookups and of building the registry; see common.py."""

from __future__ import annotations

import gc
import random
import tracemalloc
from contextlib import contextmanager

from .common import Benchmark, Run
from .component_definitions import (
    COLLECTION,
    Collection,
    FloorComponent,
    FloorContext,
    build,
    define,
    plain_classes,
    plain_heirs,
    work_in,
)

bench = Benchmark("benchmarks.component", "component")

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
