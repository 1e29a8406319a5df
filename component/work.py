# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Work: for which collection, model and user, and with what else, work is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .exception import RegistryNotReadyError
from .lookup import ComponentLookup
from .registry import ComponentRegistry, _component_databases

if TYPE_CHECKING:
    from typing_extensions import Self

    from odoo.api import Environment
    from odoo.models import BaseModel

#: the attributes of every work context that travel on
_STANDARD_NAMES = ("collection", "model_name", "components_registry")


class WorkContext(ComponentLookup):
    """Carry what components need to work: collection, model, and anything else.

    :param model_name: name of the model to work on, or a recordset of it
    :param collection: the record whose components are used: mostly a backend
    :param components_registry: where to find them, instead of the database's own; a
        registry under ``components_registry`` in the context of the collection wins
    :param kwargs: become attributes, of this work context and of all it leads to
    :raises RegistryNotReadyError: when the components of the database are not built
    """

    #: False for a subclass that has to see how each of its instances is made
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
                # that which a test put in front of the database's own is no choice made
                # for this record: every environment of the test has it
                or from_context is not _component_databases.get(env.cr.dbname)
            )
        ):
            components_registry = from_context
        elif components_registry is None:
            components_registry = _component_databases.find(env)
            if components_registry is None:
                raise _not_built_error(env)
        if not isinstance(components_registry, ComponentRegistry):
            self._lookup_is_standard = False  # it remembers nothing
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
        """Leave the work context; there is nothing to clean up."""

    @property
    def env(self) -> Environment:
        """The environment of the collection."""
        return self.collection.env

    @property
    def model(self) -> BaseModel:
        """The model to work on, in the environment of the collection."""
        return self.env[self.model_name]

    @staticmethod
    def _ensure_model_name(model_or_name: Any) -> Any:
        """Return the name of a model given by its name or by a recordset."""
        if model_or_name.__class__ is str:
            return model_or_name
        return getattr(model_or_name, "_name", model_or_name)

    def work_on(self, model_name: Any = None, collection: Any = None) -> WorkContext:
        """Return a work context on another model or collection, alike otherwise."""
        if collection is None and model_name is not None and self._init_is_standard:
            return self._copy_on(self._ensure_model_name(model_name))
        kwargs = {name: getattr(self, name) for name in self._propagate_kwargs}
        if collection is not None:
            kwargs["collection"] = collection
        if model_name is not None:
            kwargs["model_name"] = model_name
        return self.__class__(**kwargs)

    def _copy_on(self, model_name: str) -> WorkContext:
        """Return what the constructor would, as the registry needs no new search."""
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
        "A work context needs a collection, a record with an environment; "
        f"found: {collection!r}."
    )


def _not_built_error(env: Environment) -> RegistryNotReadyError:
    return RegistryNotReadyError(
        f"No component registry for database {env.cr.dbname!r}: components are built "
        "at the end of the loading of Odoo's registry, and this is before. (In a test: "
        "use the test cases of odoo.addons.component.tests.common.)"
    )
