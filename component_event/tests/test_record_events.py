# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from types import SimpleNamespace

from odoo.tests import tagged

from odoo.addons.component.core import Component
from odoo.addons.component_event import isolated, keep_values, skip_if

from .listening_case import MODEL, ListeningCase


@tagged("standard", "at_install")
class TestRecordEvents(ListeningCase):
    def test_create_write_and_unlink_notify_for_each_record(self):
        received = self.received

        def on_record_create(self, record, fields=None):
            received.append(("create", record.name, fields))

        def on_record_write(self, record, fields=None):
            received.append(("write", record.name, fields))

        def on_record_unlink(self, record):
            received.append(("unlink", record.name))

        self._listen(
            on_record_create=on_record_create,
            on_record_write=on_record_write,
            on_record_unlink=on_record_unlink,
        )
        tags = self.tags.create([{"name": "a", "color": 1}, {"name": "b"}])
        tags.write({"color": 2, "name": "c"})
        tags.unlink()
        self.assertEqual(
            received,
            [
                ("create", "a", ["name", "color"]),
                ("create", "b", ["name"]),
                ("write", "c", ["color", "name"]),
                ("write", "c", ["color", "name"]),
                ("unlink", "c"),
                ("unlink", "c"),
            ],
        )

    def test_a_single_dict_creates_and_tells(self):
        received = self.received
        self._listen(on_record_create=lambda self, r, fields: received.append(fields))
        self.tags.create({"name": "a"})
        self.assertEqual(received, [["name"]])

    def test_records_made_before_the_registry_of_the_test_tell_too(self):
        received = self.received
        old = type(self).env[MODEL].create({"name": "old"})
        self.assertNotIn("components_registry", old.env.context)
        self._listen(
            on_record_write=lambda self, record, fields: received.append(record)
        )
        old.name = "new"
        self.assertEqual(received, [old])

    def test_a_listener_built_after_a_write_is_notified_of_the_next(self):
        received = self.received
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        self._listen(
            on_record_write=lambda self, record, fields: received.append(record)
        )
        tag.name = "c"
        self.assertEqual(received, [tag])

    def test_a_method_added_to_a_listener_later_is_called(self):
        received = self.received
        name = self._listen(on_record_write=lambda self, record, fields: None)
        tag = self.tags.create({"name": "a"})

        class Extension(Component):
            _inherit = name

            def on_record_create(self, record, fields=None):
                received.append(record)

        self._build_components(Extension)
        self.tags.create({"name": "b"})
        self.assertEqual(len(received), 1)
        self.assertNotIn(tag, received)

    def test_other_models_are_not_told(self):
        self._listen(
            apply_on="res.partner",
            on_record_write=lambda *a, **k: self.received.append(a),
        )
        self.tags.create({"name": "a"}).name = "b"
        self.assertEqual(self.received, [])

    def test_the_listener_sees_the_environment_of_the_write(self):
        received = self.received
        user = self.env.ref("base.user_admin")
        company = self.env.company.create({"name": "Second"})

        def on_record_write(self, record, fields=None):
            received.append((self.env, record.env))

        self._listen(on_record_write=on_record_write)
        tag = self.tags.create({"name": "a"}).with_user(user).sudo()
        tag = tag.with_company(company).with_context(connector_no_export=True)
        tag.name = "b"
        self.assertEqual(received, [(tag.env, tag.env)])
        env = received[0][0]
        self.assertEqual((env.user, env.su, env.company), (user, True, company))
        self.assertTrue(env.context["connector_no_export"])

    def test_an_override_of_event_on_a_model_is_obeyed(self):
        received = self.received
        self._listen(
            apply_on="res.partner",
            on_record_write=lambda s, r, fields: received.append(r),
        )
        model_class = type(self.tags)

        def _event(self, name, collection=None, components_registry=None):
            return self.env["res.partner"]._event(name, collection, components_registry)

        model_class._event = _event
        self.addCleanup(delattr, model_class, "_event")
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        self.assertEqual(received, [tag])

    def test_custom_events_carry_any_arguments(self):
        received = self.received

        def on_order_shipped(self, record, tracking):
            received.append((self.model, record, tracking))

        self._listen(on_order_shipped=on_order_shipped)
        tag = self.tags.create({"name": "a"})
        tag._event("on_order_shipped").notify(tag, tracking="1Z9")
        self.assertEqual(received, [(self.tags, tag, "1Z9")])

    def test_an_event_for_a_collection_leaves_out_the_listeners_of_others(self):
        received = self.received

        class Shop(Component):
            _name = "shop.listener"
            _inherit = "base.event.listener"
            _collection = "shop.backend"

            def on_order_shipped(self, record):
                received.append((self._name, self.collection))

        class Any(Component):
            _name = "any.listener"
            _inherit = "base.event.listener"

            def on_order_shipped(self, record):
                received.append((self._name, self.work.collection_name))

        self._build_components(Shop, Any)
        tag = self.tags.create({"name": "a"})
        shop = SimpleNamespace(_name="shop.backend", id=1, env=self.env)
        other = SimpleNamespace(_name="other.backend", id=1, env=self.env)
        tag._event("on_order_shipped", collection=shop).notify(tag)
        tag._event("on_order_shipped", collection=other).notify(tag)
        self.assertEqual(
            received,
            [
                ("shop.listener", shop),
                ("any.listener", "shop.backend"),
                ("any.listener", "other.backend"),
            ],
        )

    def test_events_of_recordsets_are_sent_once_for_each_call(self):
        received = self.received
        self._listen(
            on_records_create=lambda s, records, vals: received.append((records, vals)),
            on_records_write=lambda s, records, fields: received.append(
                (records, fields)
            ),
            on_records_unlink=lambda s, records: received.append(
                records.mapped("name")
            ),
            on_records_deleted=lambda s, records, values: received.append(
                (records, values)
            ),
        )
        vals_list = [{"name": "a"}, {"name": "b"}]
        tags = self.tags.create(vals_list)
        tags.write({"color": 3})
        self.tags.write({"color": 4})
        tags.unlink()
        self.assertEqual(
            received,
            [(tags, vals_list), (tags, ["color"]), ["a", "b"], (tags, [{}, {}])],
        )

    def test_deletions_are_sent_with_the_kept_values(self):
        received = self.received

        @keep_values("name", "parent_id", "child_ids")
        def on_record_deleted(self, record, values):
            received.append((record.id, bool(record.exists()), values))

        self._listen(on_record_deleted=on_record_deleted)
        parent = self.tags.create({"name": "a"})
        child = self.tags.create({"name": "b", "parent_id": parent.id})
        expected = {"name": "b", "parent_id": parent.id, "child_ids": []}
        child.unlink()
        self.assertEqual(received, [(child.id, False, expected)])

    def test_keeping_an_unknown_field_raises_a_clear_error(self):
        @keep_values("reference")
        def on_record_deleted(self, record, values):
            pass

        name = self._listen(on_record_deleted=on_record_deleted)
        tag = self.tags.create({"name": "a"})
        with self.assertRaisesRegex(ValueError, f"{name}.*reference.*{MODEL}"):
            tag.unlink()

    def test_an_isolated_listener_that_fails_is_rolled_back_and_logged(self):
        @isolated
        def on_record_write(self, record, fields=None):
            record.create({"name": "half done"})
            raise KeyError("inside")

        name = self._listen(on_record_write=on_record_write)
        tag = self.tags.create({"name": "a"})
        with self.assertLogs("odoo.addons.component_event.delivery", "ERROR") as logs:
            tag.name = "b"
        self.assertIn(f"Listener '{name}', event 'on_record_write' of", logs.output[0])
        self.assertEqual(tag.name, "b")
        self.assertFalse(self.tags.search([("name", "=", "half done")]))

    def test_a_listener_that_fails_fails_the_write(self):
        def on_record_write(self, record, fields=None):
            raise KeyError("inside")

        name = self._listen(on_record_write=on_record_write)
        tag = self.tags.create({"name": "a"})
        with self.assertRaises(KeyError) as caught:
            tag.name = "b"
        self.assertIn(name, caught.exception.__notes__[0])
        self.assertIn(repr(tag), caught.exception.__notes__[0])

    def test_skip_if_sees_the_context_of_the_write(self):
        received = self.received

        @skip_if(lambda self, record, *a, **k: record.env.context.get("no_export"))
        def on_record_write(self, record, fields=None):
            received.append(fields)

        self._listen(on_record_write=on_record_write)
        tag = self.tags.create({"name": "a"})
        tag.with_context(no_export=True).name = "b"
        tag.color = 3
        self.assertEqual(received, [["color"]])

    def test_the_number_of_queries_is_that_of_odoo(self):
        tags = self.tags.create([{"name": str(n)} for n in range(5)])
        self.env.flush_all()

        def queries():
            before = self.env.cr.sql_log_count
            tags.write({"color": 1})
            created = self.tags.create([{"name": "x"}, {"name": "y"}])
            self.env.flush_all()
            created.unlink()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries()
        alone = queries()
        for number in range(20):
            self._listen(
                apply_on=f"other.model.{number}", on_record_write=lambda *a, **k: None
            )
        self.assertEqual(queries(), alone)
        self._listen(
            on_record_create=lambda *a, **k: None,
            on_record_write=lambda *a, **k: None,
            on_records_write=lambda *a, **k: None,
            on_record_unlink=lambda *a, **k: None,
        )
        self.assertEqual(queries(), alone)
