# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

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
