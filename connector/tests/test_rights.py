# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Hold docs/rights.rst: every model and method of the suite is in its tables."""

import re
from inspect import isfunction
from pathlib import Path
from unittest import SkipTest

from odoo import models
from odoo.exceptions import AccessError
from odoo.service.model import call_kw, get_public_method
from odoo.tests import TransactionCase, new_test_user, tagged

DOCUMENT = Path(__file__).parents[2] / "docs" / "rights.rst"
SUITE = (
    "component",
    "component_event",
    "connector",
    "connector_odoo",
    "connector_odoo_sale",
)
MODELS = (
    "model",
    "outsider",
    "internal user",
    "connector operator",
    "connector manager",
)
RIGHTS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}


def read_table(*header):
    """Return the rows of the table of the document that has this header."""
    lines = [re.split(r" {2,}", line.strip()) for line in DOCUMENT.open()]
    start = lines.index(list(header)) + 2
    end = next(n for n in range(start, len(lines)) if lines[n][0].startswith("==="))
    return lines[start:end]


def methods_in_document(env, records):
    """Return the methods that some may call on the records, by RPC."""
    return [
        method
        for model, method, who in read_table("model", "method", "who")
        if who != "nobody"
        and model in env
        and isinstance(records, env.registry[model])
        and not getattr(getattr(records, method), "_api_model", False)
    ]


@tagged("post_install", "-at_install")
class TestRights(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not DOCUMENT.exists():
            raise SkipTest("docs/rights.rst is not beside the addons")
        cls.users = {
            name: new_test_user(cls.env, f"rights-{name}", groups=groups)
            for name, groups in (
                ("public", "base.group_public"),
                ("portal", "base.group_portal"),
                ("internal", "base.group_user"),
                ("operator", "base.group_user,connector.group_connector_operator"),
                ("manager", "base.group_user,connector.group_connector_manager"),
            )
        }
        cls.let_read_what_is_wrapped()
        installed = cls.env["ir.module.module"]._installed()
        cls.addons = [name for name in SUITE if name in installed]

    @classmethod
    def let_read_what_is_wrapped(cls):
        """Give all users the right that the table presupposes."""
        cls.wrapped = {
            name
            for binding in cls.registry.descendants(["external.binding"], "_inherit")
            for name in cls.env[binding]._inherits
        }
        group = cls.env["res.groups"].create({"name": "Read what is bound"})
        cls.env["ir.model.access"].create(
            [
                {
                    "name": name,
                    "model_id": cls.env["ir.model"]._get_id(name),
                    "group_id": group.id,
                    "perm_read": True,
                }
                for name in sorted(cls.wrapped)
            ]
        )
        for user in cls.users.values():
            user.group_ids += group

    # -- models ---------------------------------------------------------------

    def models_of_suite(self):
        return {
            name
            for name, model_class in self.registry.items()
            if model_class._original_module in self.addons and not model_class._abstract
        }

    def rights_of(self, user, model_name):
        model = self.env[model_name].with_user(self.users[user])
        return "".join(
            letter
            for letter, operation in RIGHTS.items()
            if model.has_access(operation)
        )

    def test_every_model_has_the_rights_of_the_table(self):
        expected = {
            row[0]: tuple(cell.strip("\\-") for cell in row[1:])
            for row in read_table(*MODELS)
        }
        found = self.models_of_suite()
        self.assertFalse(found - expected.keys(), "Write these into docs/rights.rst")
        for name in sorted(found):
            with self.subTest(model=name):
                public, *rights = (
                    self.rights_of(user, name)
                    for user in ("public", "portal", "internal", "operator", "manager")
                )
                self.assertEqual(public, rights[0])
                self.assertEqual(tuple(rights), expected[name])

    def test_a_user_without_access_to_the_record_reads_no_binding(self):
        access = self.env["ir.model.access"]
        access.search([("model_id.model", "in", sorted(self.wrapped))]).unlink()
        for name in sorted(self.models_of_suite()):
            if self.env[name]._inherits:
                with self.subTest(model=name):
                    self.assertEqual(self.rights_of("internal", name), "")
                    self.assertEqual(self.rights_of("operator", name), "")
                    self.assertEqual(self.rights_of("manager", name), "")

    def test_the_table_has_no_removed_model(self):
        named = {row[0] for row in read_table(*MODELS)}
        unknown = named - self.models_of_suite()
        if set(self.addons) == set(SUITE):
            self.assertFalse(unknown)
        else:
            prefixes = ("odoo.",) if "connector_odoo" not in self.addons else ()
            if "connector_odoo_sale" not in self.addons:
                prefixes += ("odoo.sale.",)
            self.assertFalse(
                [name for name in unknown if not name.startswith(prefixes)]
            )

    def test_each_model_of_a_backend_with_a_company_has_a_rule(self):
        for name in sorted(self.models_of_suite()):
            model = self.env[name]
            backend = model._fields.get("backend_id")
            path = "company_id"
            if backend is not None and backend.type == "many2one":
                path = f"backend_id.{path}"
                if "company_id" not in self.env[backend.comodel_name]._fields:
                    continue
            elif "company_id" not in model._fields:
                if "run_id" not in model._fields:
                    continue
                path = f"run_id.{path}"
            with self.subTest(model=name):
                rules = self.env["ir.rule"].search(
                    [("model_id.model", "=", name), ("groups", "=", False)]
                )
                self.assertIn(path, "".join(rules.mapped("domain_force")))

    # -- methods --------------------------------------------------------------

    def methods_of_suite(self):
        """Yield each model and method that one of our addons defines."""
        prefixes = tuple(f"odoo.addons.{addon}." for addon in self.addons)
        for name, model_class in self.registry.items():
            for definition in model_class.mro():
                if not definition.__module__.startswith(prefixes):
                    continue
                known_as = getattr(definition, "_name", None) or name
                for method, function in vars(definition).items():
                    if method.startswith("_") or hasattr(models.BaseModel, method):
                        continue
                    if isfunction(function):
                        yield known_as, method

    def concrete(self, name):
        """Return the models of the database that inherit a model."""
        return [
            self.env[descendant]
            for descendant in self.registry.descendants([name], "_inherit")
            if not self.env[descendant]._abstract
        ] or [self.env[name]]

    def documented(self):
        return {
            (model, method): who
            for model, method, who in read_table("model", "method", "who")
        }

    def test_every_method_is_in_the_table(self):
        missing = set(self.methods_of_suite()) - self.documented().keys()
        self.assertFalse(missing, "Say in docs/rights.rst who may call these")

    def test_methods_that_nobody_may_call_are_private(self):
        for (name, method), who in self.documented().items():
            if who != "nobody" or name not in self.registry:
                continue
            for model in self.concrete(name):
                with (
                    self.subTest(model=model._name, method=method),
                    self.assertRaisesRegex(AccessError, "cannot be called remotely"),
                ):
                    get_public_method(model, method)

    def assert_refused(self, user, model, method):
        model = model.with_user(self.users[user])
        is_api_model = getattr(getattr(model, method), "_api_model", False)
        with (
            self.subTest(model=model._name, method=method, user=user),
            self.assertRaises(AccessError),
            self.env.cr.savepoint(),
        ):
            call_kw(model, method, [] if is_api_model else [[1]], {})

    def test_actions_of_managers_are_refused_to_all_others(self):
        for (name, method), who in self.documented().items():
            if who != "manager" or name not in self.registry:
                continue
            for model in self.concrete(name):
                for user in ("public", "portal", "internal", "operator"):
                    self.assert_refused(user, model, method)

    def test_actions_of_operators_are_refused_to_all_others(self):
        for (name, method), who in self.documented().items():
            if who != "operator" or name not in self.registry:
                continue
            for model in self.concrete(name):
                for user in ("public", "portal", "internal"):
                    self.assert_refused(user, model, method)

    def test_actions_of_readers_are_refused_to_outsiders(self):
        for (name, method), who in self.documented().items():
            if who != "reader" or name not in self.registry:
                continue
            for model in self.concrete(name):
                for user in ("public", "portal"):
                    self.assert_refused(user, model, method)

    def test_private_methods_cannot_be_called(self):
        for method in ("_note_outcome", "_ask", "_action_jobs", "_set_found"):
            with self.assertRaisesRegex(AccessError, "cannot be called remotely"):
                call_kw(self.env["connector.sync.run"], method, [[1]], {})
