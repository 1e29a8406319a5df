# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The work context: collection, model, and values shared by components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .databases import _component_databases
from .exception import RegistryNotReadyError
from .lookup import ComponentLookup
from .registry import ComponentRegistry

if TYPE_CHECKING:
    from typing_extensions import Self

    from odoo.api import Environment
    from odoo.models import BaseModel

#: the attributes that every work context passes on
_STANDARD_NAMES = ("collection", "model_name", "components_registry")


class WorkContext(ComponentLookup):
    """Collection, model and other values with which components work.

    :param model_name: name of the model to work on, or a recordset of it
    :param collection: the record whose components are used: usually a backend
    :param components_registry: registry to use instead of the database's; a registry
        under ``components_registry`` in the context of the collection wins
    :param kwargs: attributes of this work context and of those derived from it
    :raises RegistryNotReadyError: if the components of the database are not built
    """

    #: False for a subclass that overrides ``__init__``, which must be called then
    _init_is_standard = True

    def __init__(
        self,
        model_name: Any = None,
        collection: Any = None,
        components_registry: Any = None,
        **kwargs: Any,
    ):
        self.collection = collection
        if model_name.__class__ is not str:
            model_name = self._ensure_model_name(model_name)
        self.model_name = model_name
        try:
            env = self.env
        except AttributeError as error:
            raise _no_environment_error(collection) from error
        from_context = env.context.get("components_registry")
        if (
            from_context
            and isinstance(from_context, ComponentRegistry)
            and (
                components_registry is None
                # a registry that a test put in front of the database's is in every
                # environment of the test, and was not chosen for this record
                or from_context is not _component_databases.get(env.cr.dbname)
            )
        ):
            components_registry = from_context
        elif components_registry is None:
            components_registry = _component_databases.find(env)
            if components_registry is None:
                raise _not_built_error(env)
        if not isinstance(components_registry, ComponentRegistry):
            self._lookup_is_standard = False  # it has no caches
        self.components_registry = components_registry
        self._propagate_kwargs = [*_STANDARD_NAMES]
        if kwargs:
            for name, value in kwargs.items():
                setattr(self, name, value)
            self._propagate_kwargs += kwargs

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._init_is_standard = cls.__init__ is WorkContext.__init__

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Do nothing; a subclass may close its resources."""

    @property
    def env(self) -> Environment:
        """The environment of the collection."""
        return self.collection.env

    @property
    def model(self) -> BaseModel:
        """The model to work on, in the environment of the collection."""
        return self.env[self.model_name]

    def work_on(self, model_name: Any = None, collection: Any = None) -> WorkContext:
        """Return a copy of this work context for another model or collection."""
        if collection is None and model_name is not None and self._init_is_standard:
            return self._copy_on(self._ensure_model_name(model_name))
        kwargs = {name: getattr(self, name) for name in self._propagate_kwargs}
        if collection is not None:
            kwargs["collection"] = collection
        if model_name is not None:
            kwargs["model_name"] = model_name
        return self.__class__(**kwargs)

    def _copy_on(self, model_name: str) -> WorkContext:
        """Return the result of the constructor, without searching the registry."""
        work = self.__class__.__new__(self.__class__)
        work.collection = self.collection
        work.model_name = model_name
        work.components_registry = self.components_registry
        if not self._lookup_is_standard:
            work._lookup_is_standard = False
        names = work._propagate_kwargs = self._propagate_kwargs.copy()
        if len(names) > len(_STANDARD_NAMES):
            for name in names:
                if name not in _STANDARD_NAMES:
                    setattr(work, name, getattr(self, name))
        return work

    def __str__(self) -> str:
        return (
            f"WorkContext({self.model_name!r}, {self.collection!r}"
            f"{''.join(f', {name}' for name in self._propagate_kwargs[3:])})"
        )

    __repr__ = __str__


def _no_environment_error(collection: Any) -> ValueError:
    return ValueError(
        "A work context needs a collection, which is a record with an environment; "
        f"found: {collection!r}."
    )


def _not_built_error(env: Environment) -> RegistryNotReadyError:
    return RegistryNotReadyError(
        f"No component registry for database {env.cr.dbname!r}: it is built after "
        "Odoo's registry, which is not loaded yet. (In a test, use the test cases of "
        "odoo.addons.component.tests.common.)"
    )
