# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cost of mapping a record compared with a plain function; see common.py.

The floor reads the same fields and fills the same dicts as the mapper. Import maps
dicts and needs no database; export reads partners in a database with only ``base``,
which is created for the run, used by all sides, and dropped afterwards.
"""

from __future__ import annotations

import atexit
import os
from pathlib import Path
from types import SimpleNamespace

from .common import Benchmark, Run
from .databases import (
    DATABASE_VARIABLE,
    create_database,
    install,
    odoo_arguments,
    run_with_databases,
)

ROUNDS = 31
FIELDS = ["s1", "s2", "i1", "n1", "k1"]
PARTNER_FIELDS = [
    "name", "ref", "vat", "website", "street", "street2", "zip", "city", "email",
    "phone", "function", "barcode", "company_registry", "lang", "tz", "type", "color",
    "active", "is_company", "partner_latitude",
]  # fmt: skip

bench = Benchmark("benchmarks.mapper", "mapper")


# by hand


def write_import(name: str, with_fields: bool):
    """Write the function that an author would, had he no mapper."""

    def line(code: str, field: str | None = None) -> str:
        guarded = with_fields and field is not None
        return (
            f"    if {field!r} in fields:\n        {code}" if guarded else f"    {code}"
        )

    lines = [f"def {name}(record, fields=None):", "    values = {}"]
    if with_fields:
        lines.append("    fields = set(fields)")
    for n in range(20):
        lines.append(line(f"values['t{n}'] = record['s{n}'] or False", f"s{n}"))
    for n in range(5):
        code = f"values['j{n}'] = int(record['i{n}']) if record['i{n}'] else False"
        lines.append(line(code, f"i{n}"))
    for n in range(5):
        lines.append(line(f"values['m{n}'] = record['n{n}'] or None", f"n{n}"))
    for n in range(10):
        lines.append(line(f"values.update({{'l{n}': record['k{n}']}})", f"k{n}"))
    item = ", ".join(f"'t{n}': item['s{n}'] or False" for n in range(5))
    code = f"values['line_ids'] = [(0, 0, {{{item}}}) for item in record['lines']]"
    lines += [line(code, "lines"), "    return values"]
    namespace: dict = {}
    exec("\n".join(lines), namespace)  # noqa: S102
    return namespace[name]


def write_export():
    lines = ["def export(record):", "    values = {}"]
    for n, field in enumerate(PARTNER_FIELDS):
        lines.append(f"    values['t{n}'] = record.{field} or False")
    for n, field in enumerate(PARTNER_FIELDS[:5]):
        lines.append(f"    value = record.{field}")
        lines.append(f"    values['c{n}'] = str(value) if value else False")
    for n, field in enumerate(PARTNER_FIELDS[5:10]):
        lines.append(f"    values['n{n}'] = record.{field} or None")
    lines.append("    return values")
    namespace: dict = {}
    exec("\n".join(lines), namespace)  # noqa: S102
    return namespace["export"]


def external_record() -> dict:
    record: dict = {f"s{n}": n if n % 4 else 0 for n in range(20)}
    record.update({f"i{n}": str(n + 1) for n in range(5)})
    record.update({f"n{n}": n % 2 for n in range(5)})
    record.update({f"k{n}": n for n in range(10)})
    record["lines"] = [
        {"s0": 1, "s1": 2.5, "s2": "", "s3": number, "s4": "text"}
        for number in range(10)
    ]
    return record


# by a mapper


class AnyField(dict):
    """Fields of a model that has every field, and no relation."""

    def __missing__(self, name):
        return SimpleNamespace(type="char")

    def get(self, name, default=None):
        return self[name]


class Env(dict):
    """Environment without a database."""

    context: dict = {}
    cr = SimpleNamespace(dbname="bench")

    def __missing__(self, model_name):
        return SimpleNamespace(_name=model_name, _fields=AnyField())


def define(name: str, inherit: str, **attributes):
    from odoo.addons.component.core import Component

    attributes.update(
        _name=name,
        _inherit=inherit,
        _collection="bench.backend",
        __module__="odoo.addons.bench.tests.mapper",
    )
    return type(Component)(name, (Component,), attributes)


def make_method(number: int):
    from odoo.addons.connector.components.mapper import changed_by, mapping

    body = f"return {{'l{number}': record['k{number}']}}"
    code = f"def method{number}(self, record):\n    {body}"
    namespace: dict = {}
    exec(code, namespace)  # noqa: S102
    return changed_by(f"k{number}")(mapping(namespace[f"method{number}"]))


def define_import() -> list:
    from odoo.addons.connector.components.mapper import convert, none

    rows = [(f"s{n}", f"t{n}") for n in range(20)]
    rows += [(convert(f"i{n}", int), f"j{n}") for n in range(5)]
    rows += [(none(f"n{n}"), f"m{n}") for n in range(5)]
    return [
        define(
            "bench.record.mapper",
            "base.import.mapper",
            _apply_on="bench.record",
            direct=rows,
            children=[("lines", "line_ids", "bench.line")],
            **{f"method{number}": make_method(number) for number in range(10)},
        ),
        define(
            "bench.line.mapper",
            "base.import.mapper",
            _apply_on="bench.line",
            direct=[(f"s{n}", f"t{n}") for n in range(5)],
        ),
    ]


def define_export() -> list:
    from odoo.addons.connector.components.mapper import convert, none

    rows = [(field, f"t{n}") for n, field in enumerate(PARTNER_FIELDS)]
    rows += [(convert(f, str), f"c{n}") for n, f in enumerate(PARTNER_FIELDS[:5])]
    rows += [(none(f), f"n{n}") for n, f in enumerate(PARTNER_FIELDS[5:10])]
    return [
        define(
            "bench.partner.mapper",
            "base.export.mapper",
            _apply_on="res.partner",
            direct=rows,
        )
    ]


def make_mapper(definitions: list, env, model_name: str, usage: str):
    import odoo.addons.component_event
    import odoo.addons.connector  # noqa: F401
    from odoo.addons.component.core import ComponentRegistry, WorkContext

    components = ComponentRegistry()
    for addon in ("component", "component_event", "connector"):
        components.load_components(addon)
    for definition in definitions:
        definition._build_component(components)
    components.ready = True
    backend = SimpleNamespace(_name="bench.backend", env=env, id=1)
    work = WorkContext(
        model_name=model_name, collection=backend, components_registry=components
    )
    return work.component(usage=usage)


def import_mapper():
    return make_mapper(define_import(), Env(), "bench.record", "import.mapper")


# a database with base alone


def own_arguments() -> list[str]:
    """Return what makes Odoo open the run's database, with none of our addons."""
    from odoo import release

    folder = Path(release.__file__).parent / "addons"
    return odoo_arguments(os.environ[DATABASE_VARIABLE], [str(folder)])


def make_database(name: str) -> None:
    create_database(name)
    install(own_arguments(), "base")


def partner():
    """Return a partner whose fields are in the cache."""
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(own_arguments())
    cursor = Registry(os.environ[DATABASE_VARIABLE]).cursor()
    atexit.register(cursor.close)
    env = api.Environment(cursor, SUPERUSER_ID, {})
    record = env["res.partner"].search([], limit=1)
    record.read(PARTNER_FIELDS)
    return record


# cases


@bench.case("import: 30 rows, 10 methods, 10 lines", target=3.5, rounds=ROUNDS)
def import_all(side):
    record = external_record()
    by_hand = write_import("by_hand", with_fields=False)
    if side == "floor":
        return Run(lambda: by_hand(record))
    mapper = import_mapper()
    assert mapper.map_record(record).values() == by_hand(record)
    return Run(lambda: mapper.map_record(record).values())


@bench.case("import: the same, 5 fields asked", target=4, rounds=ROUNDS)
def import_fields(side):
    record = external_record()
    by_hand = write_import("by_hand", with_fields=True)
    if side == "floor":
        return Run(lambda: by_hand(record, FIELDS))
    mapper = import_mapper()
    assert mapper.map_record(record).values(fields=FIELDS) == by_hand(record, FIELDS)
    return Run(lambda: mapper.map_record(record).values(fields=FIELDS))


@bench.case("export: 30 rows of a record", target=1.5, rounds=ROUNDS)
def export_record(side):
    record = partner()
    by_hand = write_export()
    if side == "floor":
        return Run(lambda: by_hand(record))
    mapper = make_mapper(define_export(), record.env, "res.partner", "export.mapper")
    assert mapper.map_record(record).values() == by_hand(record)
    return Run(lambda: mapper.map_record(record).values())


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark, in a database made for it."""
    run_with_databases(bench, arguments, make_database)


if __name__ == "__main__":
    main()
