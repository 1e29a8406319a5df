# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Common base of the tests of binders."""

from .common import TestConnectorCase

PARTNER = "test.res.partner"
INDUSTRY = "test.res.partner.industry"


class BinderCase(TestConnectorCase):
    def setUp(self):
        super().setUp()
        self.work = self.work_on(PARTNER)
        self.binder = self.work.component(usage="binder")

    def bound(self, *external_ids, model=PARTNER, backend=None, **values):
        return self.env[model].create(
            [
                {
                    "backend_id": (backend or self.backend).id,
                    "external_id": external_id,
                    "name": f"Record {external_id}",
                    **values,
                }
                for external_id in external_ids
            ]
        )

    def settle(self):
        """Make every later answer come from the database or from a memory."""
        self.env.flush_all()
        self.env.invalidate_all()
