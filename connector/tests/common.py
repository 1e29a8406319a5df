# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test cases for the authors of connectors.

``ConnectorCase`` gives a test a backend, work contexts, trapped jobs and an external
system in memory instead of the real one. :mod:`.conformance` contains tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from unittest import SkipTest
from unittest.mock import patch

from odoo import models

from odoo.addons.component.core import (
    ComponentRegistry,
    WorkContext,
    _get_addon_name,
)
from odoo.addons.component.tests.common import TransactionComponentCase, _in_front
from odoo.addons.queue_job.tests.common import JobsTrap, trap_jobs

from ..http.budget.waits import NoBudget
from ..testing import OPERATIONS, FakeSystem
from .cassettes import Masking, cassette_path, find_secrets, use_cassette
from .json_service import JsonService

__all__ = ["ConnectorCase", "FakeSystem", "JsonService", "TestConnectorCase"]


class ConnectorCase(TransactionComponentCase):
    """Test a connector on a separate backend, without the external system."""

    #: the backend to create, unless ``_create_backend`` does something else
    backend_model: str
    backend_values: dict[str, Any] = {"name": "Test"}
    #: whether requests wait for the request budgets of adapters, as jobs do
    uses_request_budgets = False

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        if not cls.uses_request_budgets:
            budgets = cls.registry["connector.request.budget"]
            cls.startClassPatcher(
                patch.object(budgets, "_open", lambda *_arguments: NoBudget())
            )
        cls.backend = cls._create_backend()

    @classmethod
    def _create_backend(cls) -> models.BaseModel:
        model = cls.env[cls.backend_model]
        values = dict(cls.backend_values)
        if isinstance(model, cls.registry["connector.backend.mixin"]):
            values.setdefault("state", "checked")  # jobs of a draft do not run
        return model.create(values)

    # -- components -----------------------------------------------------------

    def work_on(
        self, model_name: str, backend: models.BaseModel | None = None, **kwargs: Any
    ) -> WorkContext:
        """Return a work context, which is left at the end of the test."""
        backend = self.backend if backend is None else backend
        return self.enterContext(backend.work_on(model_name, **kwargs))

    def component(self, usage: str, model_name: str, **kwargs: Any) -> Any:
        """Return the component of a separate work context."""
        return self.work_on(model_name, **kwargs).component(usage=usage)

    def build_components(self, *definitions: type) -> None:
        """Add component definitions until the end of the test."""
        components_registry = ComponentRegistry()
        self.env["component.builder"].build_registry(
            components_registry, states=("installed",)
        )
        components_registry.load_components(_get_addon_name(type(self).__module__))
        for definition in definitions:
            definition._build_component(components_registry)
        components_registry.ready = True
        self.enterContext(_in_front(self, components_registry))
        self.backend = self.backend.with_env(self.env)

    # -- external system ------------------------------------------------------

    def fake_system(
        self, *model_names: str, usage: str = "backend.adapter"
    ) -> FakeSystem:
        """Make the adapters of models use a system in memory until the test ends.

        Its tables have the names of the working models. Methods of the adapters
        beyond the usual operations are not replaced.
        """
        system = FakeSystem()
        adapter_classes = {
            type(self.component(usage, model_name)) for model_name in model_names
        }
        for adapter_class in adapter_classes:
            for name in OPERATIONS:
                method = _speak_to(system, name)
                self.enterContext(
                    patch.object(adapter_class, name, method, create=True)
                )
        return system

    def json_service(
        self, tables: Mapping[str, str], records_path: Path | None = None
    ) -> JsonService:
        """Start a small HTTP service of records in memory; it ends with the test.

        Its answers have the records where the models' adapters look for them, by
        ``_id_field``, ``_record_path`` and ``_records_path``.

        :param tables: the working models by the path of their records:
            ``{"partners": "shop.res.partner"}``
        :param records_path: JSON file of the records, ``{path: [record, …]}``
        """
        adapters = {
            model_name: self.component("backend.adapter", model_name)
            for model_name in tables.values()
        }
        id_fields = {
            getattr(adapter, "_id_field", "id") for adapter in adapters.values()
        }
        self.assertEqual(len(id_fields), 1, "The service has one name for all ids")
        (id_field,) = id_fields
        if records_path:
            service = JsonService.load(records_path, tables, id_field=id_field)
        else:
            service = JsonService(FakeSystem(id_field), tables)
        for model_name, adapter in adapters.items():
            service.record_paths[model_name] = getattr(adapter, "_record_path", None)
            service.records_paths[model_name] = getattr(adapter, "_records_path", None)
        return self.enterContext(service)

    def cassette(
        self, name: str, *, ignore: Iterable[str] = (), secrets: Iterable[str] = ()
    ) -> AbstractContextManager[Any]:
        """Replay the answers of the backend from a file, or record them.

        The file is ``cassettes/<name>.yaml`` beside the test; with the variable
        ``CONNECTOR_RECORD=1`` it is recorded again. See :mod:`.cassettes`.

        :param ignore: names of parameters, and of keys of JSON, that may differ
        :param secrets: texts to mask, besides the secrets of the backend
        """
        masking = Masking([*find_secrets(self.backend), *secrets])
        return use_cassette(cassette_path(self, name), masking, ignore)

    # -- jobs -----------------------------------------------------------------

    @contextmanager
    def trap_jobs(self):
        """Trap the delayed jobs instead of storing them."""
        with trap_jobs() as trap:
            yield trap

    def run_jobs(self, trap: JobsTrap, at_most: int = 1000) -> int:
        """Run the trapped jobs, and those that they delay; return how many ran."""
        done = 0
        while trap.enqueued_jobs:
            done += len(trap.enqueued_jobs)
            self.assertLessEqual(done, at_most, "Jobs delay jobs forever")
            trap.perform_enqueued_jobs()
        return done

    def enterContext(self, context_manager: Any) -> Any:
        """Enter a context that is left at the end of the test."""
        entered = context_manager.__enter__()
        self.addCleanup(context_manager.__exit__, None, None, None)
        return entered


def _speak_to(system: FakeSystem, operation: str):
    def method(adapter, *args: Any, **kwargs: Any) -> Any:
        return getattr(system, operation)(adapter.model._name, *args, **kwargs)

    method.__name__ = operation
    return method


class TestConnectorCase(ConnectorCase):
    """Test the building blocks on the models of the addon ``test_connector``."""

    __test__ = False  # the base of the tests contains no test itself
    backend_model = "test.backend"

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.system = cls.backend.system

    def setUp(self) -> None:
        super().setUp()
        self.system.clear()

    @classmethod
    def _create_backend(cls) -> models.BaseModel:
        if cls.backend_model not in cls.env:
            raise SkipTest("needs the addon test_connector, of tests/addons")
        return super()._create_backend()
