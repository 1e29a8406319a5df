# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import closing
from unittest.mock import Mock

from odoo.tests import tagged

from odoo.addons.component.core import WorkContext

from ..components.session import Session
from .common import TestConnectorCase

PARTNER = "test.res.partner"
CATEGORY = "test.res.partner.category"


@tagged("post_install", "-at_install")
class TestSession(TestConnectorCase):
    __test__ = True

    def test_all_work_contexts_of_a_job_share_one(self):
        work = self.work_on(PARTNER)
        binder = work.component(usage="binder", model_name=CATEGORY)
        self.assertIsInstance(work.session, Session)
        self.assertIs(binder.work.session, work.session)
        self.assertIsNot(self.work_on(PARTNER).session, work.session)

    def test_entered_contexts_are_left_when_the_block_ends(self):
        client = Mock()
        with self.backend.work_on(PARTNER) as work:
            self.assertIs(work.session.enter(closing(client)), client)
            self.assertFalse(client.close.called)
        self.assertTrue(client.close.called)

    def test_it_is_closed_after_an_error_too(self):
        client = Mock()
        with self.assertRaises(ZeroDivisionError):
            with self.backend.work_on(PARTNER) as work:
                work.session.enter(closing(client))
                raise ZeroDivisionError
        self.assertTrue(client.close.called)

    def test_a_work_context_without_one_gets_it_with_its_first_component(self):
        work = WorkContext(PARTNER, self.backend)
        binder = work.component(usage="binder")
        other = work.component(usage="binder", model_name=CATEGORY)
        self.assertIs(binder.work.session, other.work.session)

    def test_an_attribute_of_the_author_keeps_its_name(self):
        with self.backend.work_on(PARTNER, session="my client") as work:
            binder = work.component(usage="binder", model_name=CATEGORY)
            self.assertEqual(binder.work.session, "my client")
            self.assertIs(Session.of(binder.work), Session.of(work))
