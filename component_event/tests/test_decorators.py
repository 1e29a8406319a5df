# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import BaseCase, tagged

from odoo.addons.component_event import (
    after_commit,
    before_commit,
    decorators,
    isolated,
    keep_values,
    skip_if,
)


def _never(self, *args, **kwargs):
    return False


@tagged("standard", "at_install")
class TestDecorators(BaseCase):
    def test_decorators_may_have_any_order_with_skip_if(self):
        @before_commit
        @skip_if(_never)
        @isolated
        def inside(self):
            pass

        @isolated
        @skip_if(_never)
        @before_commit
        def outside(self):
            pass

        for method in (inside, outside):
            self.assertIs(decorators.timing_of(method), decorators.Timing.BEFORE_COMMIT)
            self.assertTrue(decorators.is_isolated(method))
            self.assertEqual(method._event_conditions, (_never,))

    def test_a_method_without_decorator_is_called_immediately(self):
        self.assertIsNone(decorators.timing_of(_never))
        self.assertFalse(decorators.is_delayed(_never))
        self.assertFalse(decorators.is_isolated(_never))

    def test_after_commit_differs_from_before_commit(self):
        method = after_commit(lambda self: None)
        self.assertIs(decorators.timing_of(method), decorators.Timing.AFTER_COMMIT)

    def test_skip_if_keeps_name_and_result_of_the_method(self):
        @skip_if(lambda self, number: number > 1)
        def on_change(self, number):
            """Change."""
            return number

        self.assertEqual(on_change.__name__, "on_change")
        self.assertEqual(on_change.__doc__, "Change.")
        self.assertEqual(on_change(None, 1), 1)
        self.assertIsNone(on_change(None, 2))

    def test_fields_to_keep_add_up_over_the_bases(self):
        class Parent:
            @keep_values("ref", "name")
            def on_record_deleted(self, record, values):
                pass

        class Between(Parent):
            pass

        class Child(Between):
            @keep_values("code", "name")
            def on_record_deleted(self, record, values):
                pass

        self.assertEqual(
            decorators.kept_fields(Child, "on_record_deleted"), ["ref", "name", "code"]
        )
        self.assertEqual(decorators.kept_fields(Child, "on_record_write"), [])
