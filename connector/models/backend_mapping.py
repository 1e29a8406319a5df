# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The mapping of a model in plain words, as the compiled mapper knows it.

::

    direct = [("name", "name"), ...]        Name        ←  name
    (matched("country_id", ...), ...)       Country     ←  country_id   like record
    @mapping def language(self, record)     Keep the default where ...  method language

The labels are those of the local fields, and the names those of the other system. A
mapping method is described by the first line of its docstring.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from odoo import api, models

from odoo.addons.component.core import WorkContext
from odoo.addons.component.exception import ComponentException

#: usage of the mapper of a direction
USAGES = {"import": "import.mapper", "export": "export.mapper"}
_METHOD = "method "
_CHILDREN = "children of "


class ConnectorBackendMixin(models.AbstractModel):
    """Backend that describes the mappings of its models."""

    _inherit = "connector.backend.mixin"

    def describe_mapping(self, model_name: str = "") -> dict[str, Any]:
        """Return the mapping of a synchronized model, for the dialog *Fields*.

        :param model_name: binding model of the backend; of any other model, nothing is
            described
        """
        self.ensure_one()
        self.check_access("read")
        directions = {
            "import": self._imported_models(),
            "export": self._exported_models(),
        }
        labels = {"import": self.env._("Import"), "export": self.env._("Export")}
        return {
            "title": self.env._(
                "Fields: %s", self._label_models([model_name]).get(model_name)
            )
            if any(model_name in names for names in directions.values())
            else "",
            "sections": [
                {"title": labels[direction], **self._describe_mapper(model_name, usage)}
                for direction, usage in USAGES.items()
                if model_name in directions[direction]
            ],
        }

    def _describe_mapper(self, model_name: str, usage: str) -> dict[str, Any]:
        """Return the columns and rows of the mapper of a model."""
        is_import = usage == USAGES["import"]
        here, there = self.env._("Field in Odoo"), self.display_name
        section = {
            "columns": [
                *((here, there) if is_import else (there, here)),
                self.env._("How"),
            ],
            "rows": [],
            "note": "",
        }
        try:
            mapper = WorkContext(model_name, self).component(usage=usage)
            lines = mapper.describe()
        except (ComponentException, ValueError) as error:
            # a connector may map in another way, or with several mappers
            return {**section, "note": str(error)}
        fields_here = self.env[model_name].fields_get(attributes=["string"])
        for line in lines:
            section["rows"].append(
                self._describe_line(mapper, line, fields_here, is_import)
            )
        return section

    def _describe_line(
        self, mapper: Any, line: Any, fields_here: dict, is_import: bool
    ) -> list[str]:
        """Return the target, the source and the way of one line of a mapper."""
        how = line["how"]
        target, source = line["target"], line["source"]
        if how.startswith(_METHOD):
            name = how.removeprefix(_METHOD)
            target = self._describe_method(mapper, name)
            how = self.env._("computed by the method %s", name)
        elif is_import:
            target = self._label_field(fields_here, target)
        if not is_import:
            source = ", ".join(
                self._label_field(fields_here, name) for name in line["changed_by"]
            )
        if not how.startswith(_CHILDREN):
            how = ", ".join(self._describe_steps(how))
        else:
            how = self.env._(
                "lines, by the mapping of %s",
                self._label_model(how.removeprefix(_CHILDREN)),
            )
        if line["only_create"]:
            how = ", ".join(filter(None, [how, self.env._("only for new records")]))
        return [target, source, how]

    @api.model
    def _label_field(self, fields_here: dict, name: str) -> str:
        """Return the label of a field; of a path, that of its first field."""
        first, *rest = name.split(".")
        label = fields_here.get(first, {}).get("string", first)
        return " › ".join([label, *rest])

    @api.model
    def _describe_method(self, mapper: Any, name: str) -> str:
        """Return the first line of the docstring of a mapping method."""
        documented = inspect.getdoc(getattr(type(mapper), name, None)) or ""
        return documented.partition("\n")[0] or name

    @api.model
    def _describe_steps(self, how: str) -> Iterator[str]:
        """Yield the modifiers of a row in plain words, the outermost first."""
        words = {
            "direct": "",
            "keep_falsy": self.env._("also empty values and 0"),
            "none": self.env._("empty as nothing"),
            "convert": self.env._("converted to"),
            "m2o_to_external": self.env._("its external ID"),
            "bound_to_external": self.env._("its external ID"),
            "bound_set_to_external": self.env._("their external IDs"),
            "external_to_m2o": self.env._("the bound record"),
            "bound": self.env._("the bound record"),
            "bound_set": self.env._("the bound records"),
            "matched": self.env._("the matching record, if there is one"),
            "matched_required": self.env._("the matching record"),
            "matched_to_external": self.env._("the matching external record"),
            "record_by": self.env._("the record with the same"),
        }
        for step in how.split(" ← "):
            name, __, argument = step.rstrip(")").partition("(")
            if name not in words:
                yield step
                continue
            if argument in self.env:
                argument = self._label_model(argument)
            if name in ("convert", "record_by") or argument:
                yield f"{words[name]} {argument}".strip()
            elif words[name]:
                yield words[name]

    @api.model
    def _label_model(self, model_name: str) -> str:
        if model_name not in self.env:
            return model_name
        return f"({self._label_models([model_name])[model_name]})"
