# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from odoo.exceptions import UserError

from odoo.addons.component.core import AbstractComponent

from ...exception import ConnectorException, InvalidDataError, RetryableJobError
from .bisection import Step
from .hooks import Dependency, ImportHooks
from .items import CREATED, UPDATED, ImportItem, find_circle, marked


class ImportDependencies(AbstractComponent):
    """Import first what the records of a chunk need, all of one model at once."""

    _name = "generic.importer.dependencies"
    _inherit = "generic.importer.errors"

    def _import_all_dependencies(self, items: list[ImportItem], each: Callable) -> None:
        """Import what the items need, model by model, and order the items."""
        in_chunk = {(self.model._name, item.key) for item in items}
        wanted: dict[str, dict[Any, Dependency]] = defaultdict(dict)
        for item in filter(attrgetter("pending"), items):
            needed = [dependency.key for dependency in item.dependencies]
            self.work.needs[self.model._name, item.key] = needed
            for dependency in item.dependencies:
                if dependency.key in in_chunk:
                    item.after.add(str(dependency.external_id))
                    continue
                of_model = wanted[dependency.binding_model]
                if dependency.key not in of_model or dependency.always:
                    of_model[dependency.key] = dependency
        failed = {
            (model, dependency_item.key): dependency_item
            for model, dependencies in wanted.items()
            for dependency_item in self._import_dependencies_of(
                model, list(dependencies.values())
            )
        }
        if failed:
            each(lambda some: self._refuse_without_dependencies(some, failed), items)

    def _import_dependencies_of(
        self, model: str, dependencies: list[Dependency]
    ) -> list[ImportItem]:
        """Import the dependencies of one model and return those that failed."""
        external_ids = [dependency.external_id for dependency in dependencies]
        binder = self.binder_for(model)
        binder.prefetch(external_ids)
        bound = binder.to_internal_many(external_ids)
        by_importer = defaultdict(list)
        for dependency in dependencies:
            if dependency.key in self.work.importing:
                continue
            if dependency.always or dependency.external_id not in bound:
                by_importer[dependency.importer].append(dependency.external_id)
        failed: list[ImportItem] = []
        for importer, external_ids in by_importer.items():
            importer = importer or self.component("record.importer", model_name=model)
            if isinstance(importer, ImportHooks):
                failed.extend(self._import_those(importer, external_ids))
            else:
                for external_id in external_ids:
                    importer.run(external_id)
        return failed

    def _import_those(self, importer: Any, external_ids: list) -> Iterable[ImportItem]:
        """Import some dependencies and return those that failed.

        Where the backend asks to wait, what does not need them is imported.
        """
        try:
            return importer.import_many(external_ids).failed
        except RetryableJobError as error:
            if not error.ignore_retry:
                raise
            items = [ImportItem(external_id) for external_id in external_ids]
            for item in items:
                item.fail(error)
            return items

    def _refuse_without_dependencies(
        self, items: list[ImportItem], failed: dict[tuple[str, str], ImportItem]
    ) -> None:
        for item in items:
            for dependency in item.dependencies:
                missing = failed.get(dependency.key)
                if missing:
                    model = dependency.binding_model
                    error = self._failed_dependency_error(model, missing)
                    self._let_keep_dependencies(item, error)
                    raise error

    def _let_keep_dependencies(self, item: ImportItem, error: Exception) -> None:
        """Say on the error if committing what was imported gets the record further.

        Only for the record that the job is about: one that was written already, and
        imports others after that, would stay without them.
        """
        is_about_item = self.work.importing == {(self.model._name, item.key)}
        if not (is_about_item and isinstance(error, RetryableJobError)):
            return
        has_progress = self.work.imported[CREATED] or self.work.imported[UPDATED]
        error.keeps_dependencies = error.ignore_retry and bool(
            has_progress or hasattr(error, "lock_name")
        )

    def _fail_with_those_before(
        self, group: list[ImportItem], items: list[ImportItem]
    ) -> None:
        """Take out what waits for a record of the chunk that failed, naming it."""
        failed = {item.key: item for item in items if item.error}
        for item in group:
            for key in item.after & failed.keys():
                item.fail(self._failed_dependency_error(self.model._name, failed[key]))

    def _marking_as_imported(self, items: list[ImportItem]):
        """Keep records that need one another from importing each other for ever."""
        if not hasattr(self.work, "importing"):
            self.work.importing = set()
            #: what each record needs, by their keys
            self.work.needs = {}
            #: how many records of all models had which outcome
            self.work.imported = Counter()
            #: keys of the records that did not fail, whatever their outcome
            self.work.settled = set()
            self.work._propagate_kwargs += ["importing", "needs", "imported", "settled"]
        return marked(
            self.work.importing, {(self.model._name, item.key) for item in items}
        )

    def _naming_circles(self, step: Step) -> Step:
        """Have the error of a record say in which circle it waits for itself, if so."""

        def named(items: list[ImportItem]) -> None:
            try:
                step(items)
            except (ConnectorException, UserError) as error:
                circle = len(items) == 1 and find_circle(
                    (self.model._name, items[0].key), self.work.needs
                )
                if not circle:
                    raise
                names = " → ".join(f"{model} {key}" for model, key in circle)
                raise InvalidDataError(
                    f"{error} These records need one another, in a circle: {names}. "
                    f"Open it in {self.backend_record.display_name}."
                ) from error

        return named

    def _prefetch(self, items: list[ImportItem]) -> None:
        """Have the binders learn at once what the mapping will ask of them."""
        wanted = defaultdict(list)
        for item in items:
            for dependency in item.dependencies:
                wanted[dependency.binding_model].append(dependency.external_id)
        for model, external_ids in wanted.items():
            self.binder_for(model).prefetch(external_ids)
        if type(self)._map_data is ImportHooks._map_data:
            self.mapper.prefetch_bindings(item.external_record for item in items)
