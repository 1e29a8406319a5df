# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent


class OdooImportMapper(AbstractComponent):
    """Map records of another Odoo, where a many2one is the id of a record there.

    A mapping method says by ``@changed_by`` which fields it reads: only those
    are asked of the other Odoo.
    """

    _name = "odoo.import.mapper"
    _inherit = ["odoo.connector", "base.import.mapper"]

    def matched(self, model_name: str, external_id):
        """Return the record here that is the same as one there, by natural key."""
        matcher = self.component(usage="record.matcher", model_name=model_name)
        return matcher.match(external_id)

    def bound_records(self, binding_model: str, external_ids):
        """Return the records here of those that are bound."""
        binder = self.binder_for(binding_model)
        found = binder.to_internal_many(external_ids, unwrap=True)
        return self.env[binder.unwrap_model()].union(*found.values())
