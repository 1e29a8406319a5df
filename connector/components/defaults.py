# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Components that nearly every connector has, defined in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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

#: those of a connector that imports and exports the same records, see ``two_way``
TWO_WAY_COMPONENTS = {
    **DEFAULT_COMPONENTS,
    "record.importer": "generic.two.way.importer",
    "delayed.batch.importer": "generic.delayed.parents.first.importer",
    "direct.batch.importer": "generic.direct.parents.first.importer",
    "record.exporter": "generic.two.way.exporter",
    "record.exporter.deleter": "generic.creation.deleter",
    "conflict.resolver": "generic.conflict.resolver",
    "first.import.check": "generic.first.import.check",
}

#: those of a connector that imports files, see ``files/``
FILE_COMPONENTS = {
    **DEFAULT_COMPONENTS,
    "delayed.batch.importer": "generic.file.batch.importer",
    "changes.importer": "generic.file.changes.importer",
}


def define_default_components(
    base: type[AbstractComponent],
    components: Mapping[str, str] | None = None,
    without: Iterable[str] = (),
) -> list[type[Component]]:
    """Define a component of the connector for each usage.

    They belong to the addon of ``base`` and inherit it. Their names are its name with
    the usage in place of the last word: for ``shop.connector``, ``shop.binder``,
    ``shop.record.importer`` … Extend one by its name, like any component.

    :param base: the abstract component with the ``_collection``
    :param components: usage → generic component; by default ``DEFAULT_COMPONENTS``
    :param without: usages that are left out
    """
    components, left_out = components or DEFAULT_COMPONENTS, set(without)
    unknown = sorted(left_out - components.keys())
    if unknown:
        raise ValueError(
            f"define_default_components({base.__name__}): no default component has the "
            f"usage {', '.join(unknown)}; these have: {', '.join(components)}."
        )
    if not base._name or not base._collection:
        raise ValueError(
            f"define_default_components({base.__name__}): it must have a _name and a "
            "_collection, which all of them share."
        )
    return [
        _define(base, usage, generic_name)
        for usage, generic_name in components.items()
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
            "__doc__": f"Default {usage} of {base._collection}.",
            "_name": f"{prefix}.{usage}",
            "_inherit": [base._name, generic_name],
        },
    )
