# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A listener follows what a record delegates to, and models that it declares."""

from odoo.tests.common import tagged

from ..components.exporter.follow import Follow, delegation_paths
from .listener_common import ListenerCase


@tagged("post_install", "-at_install")
class TestDelegation(ListenerCase):
    """A binding of a user, whose name and e-mail are its contact's."""

    models = ("test.export.user", "res.users")

    def user(self, login="ada", **values):
        return self.silent("test.export.user", login=login, **values)

    def listen_to_users(self, *rows, models=models, **own):
        mapper = self.map_with(rows, model="test.export.user")
        self.listen(mapper, models=models, **own)

    def test_the_levels_of_a_binding(self):
        self.assertEqual(
            delegation_paths(self.env.registry, "test.export.user", "odoo_id"),
            {
                "test.export.user": (),
                "res.users": ("odoo_id",),
                "res.partner": ("odoo_id", "partner_id"),
            },
        )

    def test_a_change_of_the_last_level_is_exported(self):
        self.listen_to_users(("name", "name"), ("login", "login"))
        binding = self.user()
        partner = binding.odoo_id.partner_id
        self.assertEqual(
            self.requested(lambda: partner.write({"name": "Ada L."})),
            {binding: ["name"]},
        )

    def test_a_listener_on_the_binding_only_follows_what_it_delegates_to(self):
        self.listen_to_users(("name", "name"), models=["test.export.user"])
        binding = self.user()
        partner = binding.odoo_id.partner_id
        self.assertEqual(
            self.requested(lambda: partner.write({"name": "B"})), {binding: ["name"]}
        )
        self.assertEqual(
            self.requested(lambda: binding.odoo_id.write({"name": "C"})),
            {binding: ["name"]},
        )

    def test_a_listener_may_keep_to_the_models_it_names(self):
        self.listen_to_users(("name", "name"), _follows_inherits=False)
        partner = self.user().odoo_id.partner_id
        self.assertEqual(self.requested(lambda: partner.write({"name": "B"})), {})

    def test_a_write_on_any_level_is_one_export(self):
        self.listen_to_users(("name", "name"), ("login", "login"))
        binding = self.user()

        def change():
            binding.name = "B"
            binding.odoo_id.name = "C"
            binding.odoo_id.partner_id.name = "D"
            binding.login = "grace"

        self.assertEqual(self.requested(change), {binding: ["login", "name"]})

    def test_a_computed_field_of_the_last_level(self):
        self.listen_to_users(("test_of_computed", "x"))
        binding = self.user()
        partner = binding.odoo_id.partner_id
        self.assertEqual(
            self.requested(lambda: partner.write({"email": "a"})),
            {binding: ["email", "test_of_computed"]},
        )

    def test_a_path_over_the_levels(self):
        self.listen_to_users(("odoo_id.partner_id.name", "x"))
        binding = self.user()
        partner = binding.odoo_id.partner_id
        self.assertEqual(
            self.requested(lambda: partner.write({"name": "B"})),
            {binding: ["odoo_id.partner_id.name"]},
        )

    def test_an_unknown_source_counts_on_every_level(self):
        self.listen_to_users((lambda self, record, to_attr: record.phone, "x"))
        binding = self.user()
        partner = binding.odoo_id.partner_id
        self.assertEqual(
            self.requested(lambda: partner.write({"function": "B"})),
            {binding: ["function"]},
        )

    def test_archived_users_and_many_records_are_found_by_one_query_a_level(self):
        self.listen_to_users(("name", "name"))
        bindings = [self.user(f"user{n}", active=bool(n % 2)) for n in range(4)]
        partners = self.env["res.partner"].union(
            *(b.odoo_id.partner_id for b in bindings)
        )
        jobs = self.requested(lambda: partners.write({"name": "B"}))
        self.assertEqual(jobs, dict.fromkeys(bindings, ["name"]))
        listener = self.work_on("res.partner").component_by_name("test.own.listener")
        model = self.env["test.export.user"].sudo()
        (sources,) = [sources for sources, __ in listener._find_sources(model)]
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(2):
            sources.find_changes(partners, frozenset({"name"}))

    def test_a_contact_without_a_user_is_not_exported(self):
        self.listen_to_users(("name", "name"))
        self.user()
        partner = self.env["res.partner"].create({"name": "Alone"})
        self.env.cr.precommit.clear()
        self.assertEqual(self.requested(lambda: partner.write({"name": "B"})), {})

    def test_a_new_record_of_the_last_level_is_not_bound(self):
        asked = []

        def find_backends(listener, record):
            asked.append(record._name)
            return listener.env["test.export.backend"].sudo().browse(self.backend.id)

        self.listen_to_users(("name", "name"), _find_backends_for=find_backends)
        users = self.env["res.users"].with_context(no_reset_password=True)
        jobs = self.requested(lambda: users.create({"name": "N", "login": "new"}))
        self.assertEqual(asked, ["res.users"])
        self.assertEqual([*jobs.values()], [None])

    def test_a_deletion_on_any_level_is_exported(self):
        self.listen_to_users(("name", "name"))
        binding = self.user(external_id="7")
        self.assertEqual(
            self.requested(binding.odoo_id.unlink), {"export_delete_record": None}
        )

    def test_a_deletion_that_cascades_from_the_last_level_is_exported(self):
        self.listen_to_users(("name", "name"))
        binding = self.user(external_id="7")
        partner = binding.odoo_id.partner_id

        def delete():
            # as with a product's template, the database deletes the levels above
            partner._event("on_records_unlink").notify(partner)
            self.env.cr.execute(
                "DELETE FROM test_export_user WHERE id = %s", [binding.id]
            )
            binding.invalidate_recordset()

        self.assertEqual(self.requested(delete), {"export_delete_record": None})

    def test_a_base_of_bindings_follows_the_levels_of_each(self):
        self.listen(models=["test.export.user"])
        builder = self.env["component.builder"]
        self.assertIn("res.partner", self.apply_on("test.own.listener"))
        self.assertTrue(builder._is_binding_base("test.export.binding"))

    def apply_on(self, name):
        work = self.work_on("res.partner")
        return work.components_registry[name].apply_on_models

    def test_an_extension_that_names_other_models_is_followed(self):
        from odoo.addons.component.core import Component

        class Extension(Component):
            _inherit = "test.own.listener"
            _apply_on = ["test.export.category", "res.partner.category"]

        self.listen(models=["test.export.user"])
        Extension._build_component(self.env.context["components_registry"])
        self.assertEqual(
            self.apply_on("test.own.listener"),
            ["test.export.category", "res.partner.category"],
        )


@tagged("post_install", "-at_install")
class TestFollow(ListenerCase):
    def make_stock(self, binding, quantity=1):
        stock = self.env["test.export.stock"].create(
            {"partner_id": binding.odoo_id.id, "quantity": quantity}
        )
        self.env.cr.precommit.clear()
        return stock

    def follow(self, **options):
        self.listen(_follow={"test.export.stock": Follow("partner_id", **options)})
        return self.silent()

    def test_a_change_of_a_followed_model_exports_the_record(self):
        binding = self.follow()
        stock = self.make_stock(binding)
        self.assertEqual(
            self.requested(lambda: stock.write({"quantity": 2})), {binding: None}
        )

    def test_the_fields_that_count_and_those_that_are_exported_are_named(self):
        binding = self.follow(fields=["quantity"], exports=["test_quantity"])
        stock = self.make_stock(binding)
        self.assertEqual(self.requested(lambda: stock.write({"note": "x"})), {})
        self.assertEqual(
            self.requested(lambda: stock.write({"quantity": 2, "note": "y"})),
            {binding: ["test_quantity"]},
        )

    def test_creations_and_deletions_count(self):
        binding = self.follow(fields=["quantity"], exports=["test_quantity"])
        values = {"partner_id": binding.odoo_id.id}
        stocks = self.env["test.export.stock"]
        self.assertEqual(
            self.requested(lambda: stocks.create(values)), {binding: ["test_quantity"]}
        )
        stock = stocks.search([("partner_id", "=", binding.odoo_id.id)])
        self.assertEqual(self.requested(stock.unlink), {binding: ["test_quantity"]})

    def test_a_method_finds_the_records_or_their_bindings(self):
        binding = self.silent()
        for find in (
            lambda listener, stocks: stocks.partner_id,
            lambda listener, stocks: stocks.partner_id.test_export_bind_ids,
        ):
            self.listen(_follow={"test.export.stock": Follow("_find")}, _find=find)
            stock = self.make_stock(binding).with_env(self.env)
            with self.subTest(find):
                self.assertEqual(
                    self.requested(lambda stock=stock: stock.write({"quantity": 5})),
                    {binding: None},
                )

    def test_archived_records_are_found(self):
        binding = self.follow()
        stock = self.make_stock(binding)
        binding.with_context(connector_no_export=True).active = False
        self.assertEqual(
            self.requested(lambda: stock.write({"quantity": 2})), {binding: None}
        )

    def test_changes_by_a_connector_are_not_exported(self):
        stock = self.make_stock(self.follow()).with_context(connector_no_export=True)
        self.assertEqual(self.requested(lambda: stock.write({"quantity": 2})), {})

    def test_a_field_that_is_followed_does_not_count_as_unknown(self):
        exports = ["test_quantity"]
        self.listen(
            self.extend_mapper(("test_quantity", "stock")),
            _follow={"test.export.stock": Follow("partner_id", exports=exports)},
        )
        binding = self.silent()
        stock = self.make_stock(binding)
        write = binding.odoo_id.write
        self.assertEqual(self.requested(lambda: write({"function": "A"})), {})
        self.assertEqual(
            self.requested(lambda: stock.write({"quantity": 5})), {binding: exports}
        )

    def test_a_model_of_an_addon_that_is_not_installed_is_passed_over(self):
        self.listen(_follow={"no.such.model": Follow("partner_id")})
        self.silent()
