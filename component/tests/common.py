# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test cases for addons with components.

``TransactionComponentCase`` uses the components of the installed addons.
``ComponentRegistryCase`` and ``TransactionComponentRegistryCase`` have a separate
registry, into which a test builds the components that it defines.

During the test, this registry overrides the registry of the database: also for records
created before, and after Odoo reloaded its registry. The cleanup of the test case
restores everything.
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
    """Enter an environment with a separate cursor, which is rolled back at the end."""
    cr = Registry(common.get_db_name()).cursor()
    try:
        yield api.Environment(cr, SUPERUSER_ID, {})
    finally:
        cr.rollback()
        cr.close()


class _class_or_instance_method:
    """Decorator of a method that may be called on the class or on an instance."""

    def __init__(self, function: Callable):
        self._function = function

    def __get__(self, instance: Any, owner: type) -> Callable:
        return functools.partial(
            self._function, owner if instance is None else instance
        )


def _add_cleanup(class_or_instance: Any, cleanup: Callable[[], None]) -> None:
    """Register a cleanup of a test class, or of a test."""
    is_class = isinstance(class_or_instance, type)
    name = "addClassCleanup" if is_class else "addCleanup"
    if hasattr(class_or_instance, name):
        getattr(class_or_instance, name)(cleanup)


@contextmanager
def _in_front(class_or_instance: Any, components_registry: Any) -> Iterator[None]:
    """Override the registry of the database, also in the context of ``env``."""
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
    """Restore the ``env`` of the instance, or else of its class."""
    if own is not None:
        class_or_instance.env = own
    elif "env" in vars(class_or_instance):
        del class_or_instance.env


class ComponentMixin:
    """Mixin of a test with the components of the installed addons and its own."""

    @classmethod
    def setUpComponent(cls) -> None:
        """Build the components, and use them until the end of the test class."""
        components_registry = ComponentRegistry()
        with new_rollbacked_env() as env:
            # addons to install are not loaded yet, except for the tested one
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
        """Let records notify their listeners until the end of the test."""
        components_registry = self._components_registry
        was_ready = components_registry.ready
        components_registry.ready = True
        _add_cleanup(
            self, functools.partial(setattr, components_registry, "ready", was_ready)
        )

    def setUp(self) -> None:
        # the mixin may be before or after the test case among the bases
        set_up = getattr(super(), "setUp", None)
        if set_up is not None:
            set_up()
        self.setUpComponentRegistryReady()


class TransactionComponentCase(common.TransactionCase, ComponentMixin):
    """Transaction case with the components of the installed addons."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.setUpComponent()

    def setUp(self) -> None:
        super().setUp()
        ComponentMixin.setUp(self)


class _RunnableAlone(type):
    """Metaclass that adds ``TransactionCase`` to a test class without a test case.

    A base class of the mixin would not do: the mixin could not come after a test case
    among the bases. Mixins without tests are left alone.
    """

    def __new__(mcs, name: str, bases: tuple, attrs: dict, **kwargs: Any):
        if bases and not any(issubclass(base, TestCase) for base in bases):
            names = {*attrs, *(name for base in bases for name in dir(base))}
            if any(name.startswith("test_") for name in names):
                bases = (*bases, common.TransactionCase)
        return super().__new__(mcs, name, bases, attrs, **kwargs)


class ComponentRegistryCase(metaclass=_RunnableAlone):
    """Mixin of a test with a separate registry, ``self.comp_registry``.

    Call ``self._setup_registry(self)`` in ``setUp``, or ``cls._setup_registry(cls)`` in
    ``setUpClass``. The registry has the components of the installed addons, without
    those of the tested addon and of its dependent addons.
    """

    @staticmethod
    def _setup_registry(class_or_instance: Any) -> None:
        """Build the registry, and use it until the end of the test or class."""
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
        """Restore everything that ``_setup_registry`` replaced, before the cleanup."""
        stack = getattr(class_or_instance, "_registry_stack", None)
        if stack is not None:
            stack.close()

    def _load_module_components(self, module: str) -> None:
        """Build the components of an addon into the test's registry."""
        self.comp_registry.load_components(module)

    def _build_components(self, *classes: type) -> None:
        """Build component definitions into the test's registry."""
        for definition in classes:
            definition._build_component(self.comp_registry)


class TransactionComponentRegistryCase(common.TransactionCase, ComponentRegistryCase):
    """Transaction case with a separate registry and an empty collection."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.collection = cls.env["collection.base"]
