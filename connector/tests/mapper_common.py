# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Common base of the tests of mappers."""

from types import SimpleNamespace

from odoo.addons.component.core import WorkContext
from odoo.addons.component.tests.common import TransactionComponentRegistryCase

RECORD = {"label": "Ada", "zip_code": 1815, "mail": "", "first": "A", "last": "L"}


def map_values(mapper, record, **options):
    """Return the values that a mapper returns for a record."""
    return mapper.map_record(record).values(**options)


class MapperCase(TransactionComponentRegistryCase):
    """Build mappers into a registry of the test and work with them."""

    def setUp(self):
        super().setUp()
        self._setup_registry(self)
        self._load_module_components("connector")
        self.backend = SimpleNamespace(
            _name="test.mapper.backend", id=7, company_id=3, env=self.env
        )

    def work_on(self, model_name="res.partner"):
        return WorkContext(model_name=model_name, collection=self.backend)

    def make_mapper(self, definition, *others, model_name="res.partner"):
        """Build the definitions and return the mapper of the first."""
        self._build_components(definition, *others)
        return self.comp_registry[definition._name](self.work_on(model_name))


class RecordingBinder:
    """Answer for the records of one model, and record the calls."""

    def __init__(self, to_external=None, to_internal=None):
        self.calls = []
        self._external = to_external
        self._internal = to_internal

    def to_external(self, binding, wrap=False):
        self.calls.append(("to_external", binding, wrap))
        return self._external

    def to_internal(self, external_id, unwrap=False):
        self.calls.append(("to_internal", external_id, unwrap))
        return self._internal


def binders(**by_model):
    """Return a ``binder_for`` that finds the binder of a model."""

    def binder_for(self, model=None):
        return by_model[model.replace(".", "_")]

    return binder_for
