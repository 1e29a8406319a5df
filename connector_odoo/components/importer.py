# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import suppress
from datetime import datetime

from odoo.addons.component.core import AbstractComponent, Component
from odoo.addons.connector.exception import IDMissingInBackend
from odoo.addons.connector.timestamps import is_fresh, is_newer

from .references import Reference
from .version import Version, read_create_date, read_write_date


class OdooRecordImporter(Component):
    """Import records of any model: the mapper says what is read and needed."""

    _name = "odoo.record.importer"
    _inherit = ["odoo.connector", "odoo.alike.importer"]

    @property
    def _missing_record_policy(self):
        return self.backend_record.removal_policy

    def _handle_missing_record(self):
        """Remove only what is gone, not what our user may not read any more."""
        if self.binding and self._missing_record_policy != "skip":
            with suppress(IDMissingInBackend):
                self.backend_adapter.check_gone(self.external_id)
        return super()._handle_missing_record()

    def _read_many(self, external_ids):
        return self.backend_adapter.read_many(external_ids, sorted(self._read_fields()))

    def _read_fields(self) -> set[str]:
        """Return what is read: what the mapper asks for, and when it was written."""
        children = {source for source, _to, _model in self.mapper.children}
        return (
            self.mapper.changed_by_fields() | children | {"write_date", "create_date"}
        )

    def _external_updated_at(self) -> datetime:
        return read_write_date(self.external_record, self.binder.unwrap_model())

    def _external_created_at(self):
        return read_create_date(self.external_record)

    def _is_uptodate(self, binding):
        """Tell what we know, from an import or an export, by more than its date."""
        known = binding.known_fingerprint
        if known and binding.external_updated_at:
            if is_newer(self._external_updated_at(), binding.external_updated_at):
                return False
            return self._version().fingerprint() == known
        return super()._is_uptodate(binding)

    def _version(self) -> Version:
        return Version.of(self.external_record, self.binder.unwrap_model())

    def _after_unchanged(self, binding):
        """Keep the date of the version, once no other version can have that date."""
        super()._after_unchanged(binding)
        if binding.known_fingerprint and not self._is_fresh():
            binding.with_context(connector_no_export=True).write(
                {
                    "external_updated_at": self._external_updated_at(),
                    "known_fingerprint": False,
                }
            )

    def _is_fresh(self) -> bool:
        return is_fresh(self._external_updated_at(), self.read_at)

    def _is_exported(self):
        return self.model._name in self.backend_record._exported_models()

    def _remote_fingerprints(self):
        """Tell the fields by what they are remotely: its mapping may change by itself.

        A price in another currency is another one every day.
        """
        return self.mapper.remote_fingerprints(self._version())

    def _changed_unknown(self, name):
        """Take a record that is newer than the one we know for changed as a whole."""
        version = self.binding.external_updated_at
        return not version or is_newer(self._external_updated_at(), version)

    def _bookkeeping_values(self):
        """Keep how the record is there as long as its date cannot tell of a change."""
        return {
            **super()._bookkeeping_values(),
            "known_fingerprint": self._is_fresh() and self._version().fingerprint(),
        }

    def _import_dependencies(self):
        for reference in self.mapper.references:
            if reference.is_binding:
                for external_id in reference.ids_in([self.external_record]):
                    self._import_dependency(external_id, reference.model_name)

    def _prefetch(self, items):
        super()._prefetch(items)
        self.mapper.prefetch(item.external_record for item in items)

    def _mapped_fields(self):
        """Return the fields to map, None for all, where the other Odoo lacks some."""
        wanted = self.mapper.changed_by_fields()
        offered = wanted & self.external_record.keys()
        return None if offered == wanted else offered

    def _create_data(self, map_record, **kwargs):
        return super()._create_data(map_record, fields=self._mapped_fields(), **kwargs)

    def _update_data(self, map_record, **kwargs):
        return super()._update_data(map_record, fields=self._mapped_fields(), **kwargs)


class OdooBatchImporter(AbstractComponent):
    """Begin with the records that have no parent of the same model.

    Jobs run side by side: the parents that a chunk needs would be on their way in the
    one before, and the chunk would have to be imported once more, later.
    """

    _name = "odoo.batch.importer"
    _inherit = "generic.batch.importer"

    def _search_pages(self, filters):
        """Look for the children first, although they are imported last.

        A parent that is deleted there meanwhile leaves its children without one, and
        with the date that they had: they are found as children, or as both.
        """
        parent_field = self._find_parent_field()
        if not parent_field:
            yield from super()._search_pages(filters)
            return
        filters = filters or []
        children = list(super()._search_pages([(parent_field, "!=", False), *filters]))
        yield from super()._search_pages([(parent_field, "=", False), *filters])
        yield from children

    def _find_parent_field(self) -> str | None:
        """Return the field there that leads to one record of the same model."""
        for source, name in self.mapper.direct:
            if (
                isinstance(source, Reference)
                and source.model_name == self.model._name
                and self.model._fields[name].type == "many2one"
            ):
                return source.field
        return None


class OdooDelayedBatchImporter(Component):
    _name = "odoo.delayed.batch.importer"
    _inherit = [
        "odoo.connector",
        "odoo.batch.importer",
        "generic.delayed.batch.importer",
    ]


class OdooDirectBatchImporter(Component):
    _name = "odoo.direct.batch.importer"
    _inherit = [
        "odoo.connector",
        "odoo.batch.importer",
        "generic.direct.batch.importer",
    ]
