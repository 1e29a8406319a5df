# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base components of a connector.

::

    base.connector          the backend, binders of other models, locks
    └── base.synchronizer   the mapper, the binder and the adapter of its model
        ├── base.importer   generic.importer, batch importers, …
        ├── base.exporter   generic.exporter, batch exporters, …
        └── base.deleter
"""

from __future__ import annotations

from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ..database import pg_try_advisory_lock
from ..exception import RetryableJobError
from .session import Session


class BaseConnectorComponent(AbstractComponent):
    """Base of all components of a connector: backend, binders, locks."""

    _name = "base.connector"

    def __init__(self, work_context):
        super().__init__(work_context)
        # before another work context comes from this one, so that both share it
        if vars(work_context).get("session").__class__ is not Session:
            Session.of(work_context)

    @property
    def backend_record(self) -> models.BaseModel:
        """Return the backend: the collection of the work context."""
        return self.collection

    def binder_for(self, model: str | models.BaseModel | None = None):
        """Return the binder of ``model``, by default of the working model."""
        return self.component(usage="binder", model_name=model)

    def advisory_lock_or_retry(self, lock: object, retry_seconds: int = 1) -> None:
        """Hold a named lock until the transaction ends, or retry the job later.

        :param lock: its string form says what must not run twice concurrently: usually
            action, backend, model and external id
        :raise RetryableJobError: another transaction holds the lock
        """
        if not pg_try_advisory_lock(self.env, lock):
            raise RetryableJobError(
                f"Another transaction holds the advisory lock {lock}.",
                seconds=retry_seconds,
                ignore_retry=True,
            )


class Synchronizer(AbstractComponent):
    """Base of importers, exporters and deleters: the order of the steps."""

    _name = "base.synchronizer"
    _inherit = "base.connector"

    _base_mapper_usage = "mapper"  #: usage of its mapper
    _base_backend_adapter_usage = "backend.adapter"  #: usage of its adapter

    def __init__(self, work_context):
        super().__init__(work_context)
        self._backend_adapter = None
        self._binder = None
        self._mapper = None

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Run the synchronization."""
        raise NotImplementedError

    @property
    def mapper(self):
        """Return the mapper of the working model, looked up on first use."""
        if self._mapper is None:
            self._mapper = self.component(usage=self._base_mapper_usage)
        return self._mapper

    @property
    def binder(self):
        """Return the binder of the working model, looked up on first use."""
        if self._binder is None:
            self._binder = self.binder_for()
        return self._binder

    @property
    def backend_adapter(self):
        """Return the adapter of the working model, looked up on first use."""
        if self._backend_adapter is None:
            self._backend_adapter = self.component(
                usage=self._base_backend_adapter_usage
            )
        return self._backend_adapter


class Exporter(AbstractComponent):
    """Base of exporters."""

    _name = "base.exporter"
    _inherit = "base.synchronizer"
    _usage = "exporter"
    _base_mapper_usage = "export.mapper"


class Importer(AbstractComponent):
    """Base of importers."""

    _name = "base.importer"
    _inherit = "base.synchronizer"
    _usage = "importer"
    _base_mapper_usage = "import.mapper"


class Deleter(AbstractComponent):
    """Base of deleters: delete on one side what was deleted on the other."""

    _name = "base.deleter"
    _inherit = "base.synchronizer"
    _usage = "deleter"
