# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test cases for addons with components.

``TransactionComponentCase`` tests with the components of the installed addons.
``ComponentRegistryCase`` and ``TransactionComponentRegistryCase`` give a test a
registry of its own, into which it builds components that stand in the test.

Either registry stands in front of the database's own for the time of the test: it is
found by every record, however old, and whatever Odoo loads anew meanwhile. All that is
replaced is put back by the clean-up of the test case.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import TestCase

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import common

from odoo.addons.component.core import (
    ComponentRegistry,
    MetaComponent,
    _component_databases,
    _get_addon_name,
)


@contextmanager
def new_rollbacked_env() -> Iterator[api.Environment]:
    """Enter an environment with a cursor of its own, that is rolled back at the end."""
    cr = Registry(common.get_db_name()).cursor()
    try:
        yield api.Environment(cr, SUPERUSER_ID, {})
    finally:
        cr.rollback()
        cr.close()


class _class_or_instance_method:
    """Let a method be called on the test class as well as on the running test."""

    def __init__(self, function: Callable):
        self._function = function

    def __get__(self, instance: Any, owner: type) -> Callable:
        return functools.partial(
            self._function, owner if instance is None else instance
        )


def _add_cleanup(class_or_instance: Any, cleanup: Callable[[], None]) -> None:
    """Have a clean-up called at the end of a test class, or of a test."""
    is_class = isinstance(class_or_instance, type)
    name = "addClassCleanup" if is_class else "addCleanup"
    if hasattr(class_or_instance, name):
        getattr(class_or_instance, name)(cleanup)


@contextmanager
def _in_front(class_or_instance: Any, components_registry: Any) -> Iterator[None]:
    """Have lookups find a registry, and put it into the test's ``env``."""
    with ExitStack() as stack:
        stack.enter_context(
            _component_databases.override(common.get_db_name(), components_registry)
        )
        env = getattr(class_or_instance, "env", None)
        if env is not None:
            own = vars(class_or_instance).get("env")
            class_or_instance.env = env(
                context=dict(env.context, components_registry=components_registry)
            )
            stack.callback(_restore_env, class_or_instance, own)
        yield


def _restore_env(class_or_instance: Any, own: Any) -> None:
    """Put back the ``env`` that was the test's own, or else its class's."""
    if own is not None:
        class_or_instance.env = own
    elif "env" in vars(class_or_instance):
        del class_or_instance.env


class ComponentMixin:
    """Give a test case the components of the installed addons and of its own addon."""

    @classmethod
    def setUpComponent(cls) -> None:
        """Build the components and put them in front, for the time of the class."""
        components_registry = ComponentRegistry()
        with new_rollbacked_env() as env:
            # those to be installed are not loaded yet, except for the one under test
            env["component.builder"].build_registry(
                components_registry, states=("installed",)
            )
        components_registry.load_components(_get_addon_name(cls.__module__))
        cls._components_registry = components_registry
        stack = ExitStack()
        stack.enter_context(_in_front(cls, components_registry))
        _add_cleanup(cls, stack.close)

    @_class_or_instance_method
    def setUpComponentRegistryReady(self) -> None:
        """Have records notify their listeners, until the end of the test."""
        components_registry = self._components_registry
        was_ready = components_registry.ready
        components_registry.ready = True
        _add_cleanup(
            self, functools.partial(setattr, components_registry, "ready", was_ready)
        )

    def setUp(self) -> None:
        # the mixin may stand before or behind the test case
        set_up = getattr(super(), "setUp", None)
        if set_up is not None:
            set_up()
        self.setUpComponentRegistryReady()


class TransactionComponentCase(common.TransactionCase, ComponentMixin):
    """Test with the components of the installed addons."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.setUpComponent()

    def setUp(self) -> None:
        super().setUp()
        ComponentMixin.setUp(self)


class _RunnableAlone(type):
    """Make tests that stand beside no test case a test case of Odoo.

    Not simply by a base of the mixin, which could not stand behind a test case then,
    and not for mixins that are built on it.
    """

    def __new__(mcs, name: str, bases: tuple, attrs: dict, **kwargs: Any):
        if bases and not any(issubclass(base, TestCase) for base in bases):
            names = {*attrs, *(name for base in bases for name in dir(base))}
            if any(name.startswith("test_") for name in names):
                bases = (*bases, common.TransactionCase)
        return super().__new__(mcs, name, bases, attrs, **kwargs)


class ComponentRegistryCase(metaclass=_RunnableAlone):
    """Give a test a registry of its own: ``self.comp_registry``.

    Call ``self._setup_registry(self)`` in ``setUp``, or ``cls._setup_registry(cls)`` in
    ``setUpClass``. It holds the components of the installed addons, without those of
    the addon under test and of what depends on it.
    """

    @staticmethod
    def _setup_registry(class_or_instance: Any) -> None:
        """Make the registry and put it in front, to the end of the test or class."""
        stack = ExitStack()
        class_or_instance._registry_stack = stack
        _add_cleanup(class_or_instance, stack.close)

        stack.callback(
            setattr,
            MetaComponent,
            "_modules_components",
            MetaComponent._modules_components,
        )
        MetaComponent._modules_components = defaultdict(
            list,
            {
                addon: list(definitions)
                for addon, definitions in MetaComponent._modules_components.items()
            },
        )

        comp_registry = class_or_instance.comp_registry = ComponentRegistry()
        comp_registry.load_components("component")
        with new_rollbacked_env() as env:
            env["component.builder"].build_registry(
                comp_registry,
                states=("installed",),
                exclude_addons=[_get_addon_name(class_or_instance.__module__)],
            )
        comp_registry.ready = True
        stack.enter_context(_in_front(class_or_instance, comp_registry))

    @staticmethod
    def _teardown_registry(class_or_instance: Any) -> None:
        """Put back all that ``_setup_registry`` replaced, before the clean-up does."""
        stack = getattr(class_or_instance, "_registry_stack", None)
        if stack is not None:
            stack.close()

    def _load_module_components(self, module: str) -> None:
        """Build the components of an addon into the test's registry."""
        self.comp_registry.load_components(module)

    def _build_components(self, *classes: type) -> None:
        """Build component definitions into the test's registry, in this order."""
        for definition in classes:
            definition._build_component(self.comp_registry)


class TransactionComponentRegistryCase(common.TransactionCase, ComponentRegistryCase):
    """Give a test a registry of its own, a transaction, and an empty collection."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.collection = cls.env["collection.base"]
