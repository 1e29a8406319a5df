# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import the dependencies of a chunk, and order its records.

A needed record is either in the same chunk, which is then ordered, or elsewhere, and
then imported first. All dependencies of one model are one chunk of that model's
importer: the depth of the recursion is that of the models, not of the records::

    orders 1 2 3 ──need──▶ partners 7 8 ──need──▶ countries FR DE
                           partner 8 needs 7: batches [7] [8]

Records that need one another in a circle are imported last, together. Mostly they fail;
their errors name the circle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from typing import Any

from ...exception import RetryableJobError, SkipError
from ...outcome import Outcome
from ..external_id import can_be_stored, check_can_be_external_id, unstorable_id
from ..session import Key, Session
from .errors import failed_dependency_error
from .items import Dependency, ImportItem


class Dependencies:
    """Imports dependencies with the importers of their models.

    :param hooks: the importer of the chunk
    """

    def __init__(self, hooks: Any) -> None:
        self._hooks = hooks
        self._session = Session.of(hooks.work)

    def import_all(
        self, items: list[ImportItem], fail: Callable[[ImportItem, Exception], None]
    ) -> None:
        """Import what the items need; fail the items that need a failed record."""
        failed = {
            (model_name, item.key): item
            for model_name, dependencies in self._collect(items).items()
            for item in self._import_of_model(model_name, dependencies)
        }
        if not failed:
            return
        for item in items:
            for dependency in item.dependencies if item.pending else ():
                failed_item = failed.get(dependency.key)
                if failed_item:
                    error = failed_dependency_error(
                        self._hooks.env, dependency.binding_model, failed_item
                    )
                    self._allow_commit(item, error)
                    fail(item, error)
                    break

    def _collect(self, items: list[ImportItem]) -> dict[str, list[Dependency]]:
        """Return what to import by model; note on the items what is in their chunk."""
        own_model = self._hooks.model._name
        in_chunk = {(own_model, item.key) for item in items}
        wanted: dict[str, dict[Key, Dependency]] = defaultdict(dict)
        for item in items:
            if not item.pending:
                continue
            self._session.needs[own_model, item.key] = [
                dependency.key for dependency in item.dependencies
            ]
            for dependency in item.dependencies:
                if dependency.key in in_chunk:
                    item.after.add(str(dependency.external_id))
                    continue
                of_model = wanted[dependency.binding_model]
                if dependency.key not in of_model or dependency.always:
                    of_model[dependency.key] = dependency
        return {name: list(of_model.values()) for name, of_model in wanted.items()}

    def _import_of_model(
        self, model_name: str, dependencies: list[Dependency]
    ) -> list[ImportItem]:
        """Import those that are not bound yet, and return those that failed."""
        external_ids = [dependency.external_id for dependency in dependencies]
        binder = self._hooks.binder_for(model_name)
        binder.prefetch(external_ids)
        bound = binder.to_internal_many(external_ids)
        by_importer = defaultdict(list)
        for dependency in dependencies:
            if dependency.key in self._session.importing:
                continue
            if dependency.always or dependency.external_id not in bound:
                by_importer[dependency.importer].append(dependency.external_id)
        failed: list[ImportItem] = []
        for importer, external_ids in by_importer.items():
            if importer is None:
                importer = self._hooks.component("record.importer", model_name)
            if hasattr(importer, "import_many"):
                failed.extend(_import_many(importer, external_ids))
            else:
                for external_id in external_ids:
                    with suppress(SkipError):
                        importer.run(external_id)
        return failed

    def _allow_commit(self, item: ImportItem, error: Exception) -> None:
        """Note on an error whether to commit the dependencies that were imported.

        Only for the record that the job is about. Another record may be imported after
        it was written, by its ``_after_import``: a commit would leave it incomplete.
        """
        is_of_job = self._session.importing == {(self._hooks.model._name, item.key)}
        if is_of_job and isinstance(error, RetryableJobError):
            imported = self._session.imported
            error.keeps_dependencies = error.ignore_retry and bool(
                imported[Outcome.CREATED]
                or imported[Outcome.UPDATED]
                or hasattr(error, "lock_name")
            )

    def check_batch(self, batch: list[ImportItem], items: list[ImportItem]) -> None:
        """Fail the items of a batch that need a failed item of the same chunk."""
        env, model_name = self._hooks.env, self._hooks.model._name
        failed = {item.key: item for item in items if item.error}
        for item in batch if failed else ():
            for key in item.after & failed.keys():
                item.fail(failed_dependency_error(env, model_name, failed[key]))

    def prefetch(self, batch: list[ImportItem]) -> None:
        """Prefetch the bindings that the mapper looks up."""
        wanted = defaultdict(list)
        for item in batch:
            for dependency in item.dependencies:
                wanted[dependency.binding_model].append(dependency.external_id)
        for model_name, external_ids in wanted.items():
            self._hooks.binder_for(model_name).prefetch(external_ids)


def check_dependency(hooks: Any, binding_model: str, external_id: Any) -> None:
    """Raise an error if a value cannot be the id of a dependency.

    :raise InvalidDataError: it is a record or a list, or no database can hold it
    """
    check_can_be_external_id(external_id, binding_model)
    if not can_be_stored(str(external_id)):
        raise unstorable_id(external_id, binding_model)
    if binding_model not in hooks.env:
        raise ValueError(
            f"{hooks._name}: a dependency is of the model {binding_model!r}, "
            "which does not exist."
        )


def import_references(hooks: Any) -> None:
    """Name the records that the mapper of an importer looks up as its dependencies."""
    references = hooks.mapper.external_references([hooks.external_record])
    for binding_model, external_ids in references.items():
        for external_id in external_ids:
            hooks._import_dependency(external_id, binding_model)


def _import_many(importer: Any, external_ids: list[Any]) -> Iterable[ImportItem]:
    """Import some records and return those that failed.

    Where the backend asks to wait, all of them fail: items that do not need them are
    imported.
    """
    try:
        return importer.import_many(external_ids).failed
    except RetryableJobError as error:
        if not error.ignore_retry:
            raise
        return [
            ImportItem(external_id, outcome=Outcome.FAILED, error=error)
            for external_id in external_ids
        ]


def topological_batches(items: list[ImportItem]) -> Iterator[list[ImportItem]]:
    """Yield the items in batches, each after the batches that it needs.

    An item that is not in the list is not waited for. Items in a circle, and those
    that need them, come last, together.
    """
    waiting = {item.key: item for item in items}
    if not any(item.after for item in items):
        if items:
            yield items
        return
    sorter = TopologicalSorter(dict.fromkeys(waiting, ()))
    for item in items:
        needed = (key for key in item.after if key in waiting)
        sorter.add(item.key, *(key for key in needed if key != item.key))
    with suppress(CycleError):  # the rest can be sorted
        sorter.prepare()
    while ready := sorter.get_ready():
        yield [waiting.pop(key) for key in ready]
        sorter.done(*ready)
    if waiting:
        yield list(waiting.values())
