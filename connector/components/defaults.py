# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Define at once the components that nearly every connector has."""

from __future__ import annotations

from collections.abc import Iterable

from odoo.addons.component.core import AbstractComponent, Component

#: usage → the generic component that a connector's own is built on
DEFAULT_COMPONENTS = {
    "binder": "base.binder",
    "record.importer": "generic.importer",
    "delayed.batch.importer": "generic.delayed.batch.importer",
    "direct.batch.importer": "generic.direct.batch.importer",
    "record.exporter": "generic.record.exporter",
    "delayed.batch.exporter": "generic.delayed.batch.exporter",
    "record.exporter.deleter": "generic.export.deleter",
}


def define_default_components(
    base: type[AbstractComponent], without: Iterable[str] = ()
) -> list[type[Component]]:
    """Define a component of the connector for each of ``DEFAULT_COMPONENTS``.

    They stand in the addon of ``base``, inherit it, and bear its name with their usage
    in the place of the last word: of ``shop.connector``, ``shop.binder``,
    ``shop.record.importer`` … Extend one by its name, as any component.

    :param base: the abstract component that says the ``_collection``
    :param without: usages that the connector defines in its own way, or not at all
    """
    left_out = set(without)
    unknown = sorted(left_out - DEFAULT_COMPONENTS.keys())
    if unknown:
        raise ValueError(
            f"define_default_components({base.__name__}): no usual component has the "
            f"usage {', '.join(unknown)}; these have: {', '.join(DEFAULT_COMPONENTS)}."
        )
    if not base._name or not base._collection:
        raise ValueError(
            f"define_default_components({base.__name__}): it must have a _name and a "
            "_collection, which all of them share."
        )
    return [
        _define(base, usage, generic_name)
        for usage, generic_name in DEFAULT_COMPONENTS.items()
        if usage not in left_out
    ]


def _define(
    base: type[AbstractComponent], usage: str, generic_name: str
) -> type[Component]:
    prefix = str(base._name).rpartition(".")[0] or base._name
    class_name = f"{base.__name__}{usage.title().replace('.', '')}"
    return type(Component)(
        class_name,
        (Component,),
        {
            "__module__": base.__module__,
            "__doc__": f"Be the {usage} of {base._collection}.",
            "_name": f"{prefix}.{usage}",
            "_inherit": [base._name, generic_name],
        },
    )
