# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test cases for the exports that a change requests."""

from odoo.addons.component.core import Component

from .export_common import ExportCase


class ListenerCase(ExportCase):
    """Build components, make changes, and check the jobs."""

    def requested(self, change):
        """Return the jobs of a change: ``{binding or method: fields}``."""
        self.env.cr.flush()
        with self.trap_jobs() as trap:
            change()
            self.env.cr.flush()
            return {
                job.recordset or job.method_name: job.kwargs.get("fields")
                for job in trap.enqueued_jobs
            }

    def silent(self, model="test.export.partner", **values):
        """Return a binding whose creation requested no export."""
        binding = self.make_binding(model, **values)
        self.env.cr.precommit.clear()
        return binding

    #: models that listeners apply on by default
    listened = ("test.export.partner", "res.partner")

    def listen(self, *definitions, models=None, **own):
        """Build a listener for models, and other components."""

        class Listener(Component):
            _name = "test.own.listener"
            _inherit = ["test.folder.connector", "generic.export.listener"]
            _apply_on = list(models or self.listened)

        for name, value in own.items():
            setattr(Listener, name, value)
        self.build_components(*definitions, Listener)

    def map_with(self, mapper_direct=(), model="test.export.partner", **own):
        """Return the definition of an export mapper."""

        class Mapper(Component):
            _name = "test.own.mapper"
            _inherit = "test.folder.mapper"
            _apply_on = model
            direct = list(mapper_direct)

        for name, value in own.items():
            setattr(Mapper, name, value)
        return Mapper

    def extend_mapper(self, *rows, **own):
        """Return an extension of the mapper of partners, with these rows only."""

        class Mapper(Component):
            _inherit = "test.folder.partner.mapper"
            direct = list(rows)
            tags = None

        for name, value in own.items():
            setattr(Mapper, name, value)
        return Mapper
