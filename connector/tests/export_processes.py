# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exporters whose backend is slow, or whose hooks fail, in separate processes."""

import time
from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.component.core import _component_databases

RECEIPT_LOGGER = "odoo.addons.connector.models.export_receipt"


def exporter_class(env):
    """Return the component class that exports partners."""
    registry = _component_databases.find(env)
    return registry["test.folder.partner.exporter"]


def run_export(env, binding_id, **kwargs):
    """Run the exporter as the job does."""
    return env["test.export.partner"].browse(binding_id).export_record(**kwargs)


@contextmanager
def slow_create(env, seconds=0.3):
    """Let the backend take its time to create a record."""
    cls = exporter_class(env)
    create = cls._create

    def create_slowly(self, values):
        time.sleep(seconds)
        return create(self, values)

    with patch.object(cls, "_create", create_slowly):
        yield


@contextmanager
def failing(hook, env, only_for=None):
    """Let a hook fail, of any export or of that of one binding."""
    cls = exporter_class(env)
    original = getattr(cls, hook)

    def fail(self):
        if only_for in (None, self.binding.id):
            raise ValueError("afterwards")
        return original(self)

    with patch.object(cls, hook, fail):
        yield
