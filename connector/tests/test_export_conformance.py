# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.component.core import Component

from .export_common import ExportCase
from .export_conformance import ExportConformance

CATEGORY = "test.export.category"


class CategoryListener(Component):
    _name = "test.folder.category.listener"
    _inherit = ["test.folder.connector", "generic.export.listener"]
    _apply_on = [CATEGORY, "res.partner.category"]


class CategoryConformance(ExportConformance, ExportCase):
    __test__ = False
    conformance_model = CATEGORY

    def setUp(self):
        self.build_components(CategoryListener)
        super().setUp()

    def external_record(self):
        return {"id": 5, "name": "Tag"}

    def changed_external_record(self):
        return {"id": 5, "name": "Changed"}


@tagged("post_install", "-at_install")
class TestCategoryConformance(CategoryConformance):
    """The models of the suite conform."""

    __test__ = True


@tagged("post_install", "-at_install")
class TestExportConformanceFinds(CategoryConformance):
    """The tests fail for exporters that do not conform."""

    __test__ = True

    def assertFound(self, test, message, usage="record.exporter", **hooks):
        """Check that a test fails for a component with these hooks."""
        component_class = type(self.component(usage, CATEGORY))
        with patch.multiple(component_class, create=True, **hooks):
            with self.assertRaisesRegex(AssertionError, message):
                test()

    def test_exporter_that_creates_again_is_found(self):
        def update(exporter, values):
            exporter.backend_adapter.create(values)

        self.assertFound(
            self.test_export_creates_the_record_once,
            "must have the record once",
            _update=update,
        )

    def test_exporter_that_loses_an_edit_is_found(self):
        self.assertFound(
            self.test_an_edit_is_exported_to_the_same_record,
            "Tag",
            _update=lambda exporter, values: None,
        )

    def test_exporter_that_hides_a_failing_backend_is_found(self):
        self.assertFound(
            self.test_a_failing_export_is_retried_and_creates_once,
            "RetryableJobError not raised",
            run=lambda exporter, binding, **kwargs: None,
        )

    def test_importer_whose_writes_are_exported_is_found(self):
        self.assertFound(
            self.test_an_import_is_not_exported,
            "is sent back",
            usage="record.importer",
            _import_context={},
        )

    def test_deletion_that_is_not_exported_is_found(self):
        self.assertFound(
            self.test_a_deletion_is_exported,
            "still has the record",
            usage="record.exporter.deleter",
            run=lambda deleter, external_id: None,
        )

    def test_connector_without_listener_is_found(self):
        with (
            patch(
                "odoo.addons.connector.components.exporter.listener"
                ".ExportListener._request_export",
                lambda *args: None,
            ),
            self.assertRaisesRegex(AssertionError, "An edit delays one export"),
        ):
            self.test_an_edit_delays_one_export()
