# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a job is about: two failed jobs of one subject are one failure.

A subject is told by a text, which is stored with the job: ``<model> <direction>
<kind>:<id>``. It says all that is needed to name the failure, even when the arguments
of the job cannot be read any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

#: longer ids are told by their digest: they stand in an index
_MAX_LENGTH = 200
#: arguments that do not say what a job is about
_OPTIONS = {"confirmed", "force", "had_failed", "retries_left", "waited", "waits_for"}
_RUN = "connector.sync.run("
#: the backend itself, where a failure is of no record
OF_BACKEND = "backend"

#: ``{method: direction}`` of the jobs of binding models
DIRECTIONS = {
    "import_record": "import",
    "import_chunk": "import",
    "import_batch": "import",
    "import_changes": "import",
    "import_removed": "removal",
    "export_record": "export",
    "export_batch": "export",
    "export_delete_record": "deletion",
    "dry_run_batch": "dry_run",
    "dry_run_chunk": "dry_run",
}
#: jobs that ask the backend for records, and are about none of them
SEARCHES = ("import_batch", "import_changes", "import_removed")
#: jobs that say themselves what they did
SETTLING = DIRECTIONS.keys() - {"dry_run_batch", "dry_run_chunk"}


class JobSubject(NamedTuple):
    """What a job is about."""

    model_name: str
    direction: str
    #: record, binding, chunk or method
    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.model_name} {self.direction} {self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> JobSubject:
        """Return the subject that a text stands for."""
        model_name, direction, rest = text.split(" ", 2)
        return cls(model_name, direction, *rest.split(":", 1))

    @property
    def external_id(self) -> str | None:
        """Return the external id of the record, if it is about one."""
        return self.id if self.kind == "record" else None

    @property
    def binding_id(self) -> int | None:
        """Return the id of the binding, if it is about one."""
        return int(self.id) if self.kind == "binding" else None


def subject_of_backend(cause: str) -> str:
    """Return the subject of a failure that is the backend's, not a record's."""
    return f"{OF_BACKEND} {cause}"


def subject_of_import(model_name: str, external_id: Any) -> JobSubject:
    """Return the subject of the import of a record."""
    return JobSubject(model_name, "import", "record", _shortened(str(external_id)))


def subject_of_export(model_name: str, binding_id: int) -> JobSubject:
    """Return the subject of the export of a binding."""
    return JobSubject(model_name, "export", "binding", str(binding_id))


def subject_of_deletion(model_name: str, external_id: Any) -> JobSubject:
    """Return the subject of the deletion of an external record."""
    return JobSubject(model_name, "deletion", "record", _shortened(str(external_id)))


def subject_of_chunk(model_name: str, external_ids: Iterable[Any]) -> JobSubject:
    """Return the subject of the import of several records."""
    ids = sorted({str(external_id) for external_id in external_ids})
    return JobSubject(model_name, "import", "chunk", _digest(ids))


def subject_of_call(
    model_name: str, method: str, ids: Iterable[int], args: tuple, kwargs: Mapping
) -> JobSubject:
    """Return the subject of any other job: the method and its arguments.

    It is the same whether arguments were named or not, and before and after the job
    was stored.
    """
    values = [*args, *(kwargs[name] for name in kwargs.keys() - _OPTIONS)]
    told = sorted(_canonical(value) for value in values if value or value == 0)
    what = [sorted(ids), [text for text in told if not text.startswith(_RUN)]]
    direction = DIRECTIONS.get(method, "other")
    return JobSubject(model_name, direction, "method", f"{method}:{_digest(what)}")


def _canonical(value: Any) -> str:
    """Return a text that is the same for a value and what is stored of it."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_canonical, value))}]"
    if isinstance(value, dict):
        items = sorted((str(key), _canonical(each)) for key, each in value.items())
        return repr(items)
    return repr(value)


def subject_of_job(
    model_name: str, method: str, ids: list[int], args: tuple, kwargs: Mapping
) -> JobSubject:
    """Return what a job is about, by its method and arguments."""
    if method == "export_record" and len(ids) == 1:
        return subject_of_export(model_name, ids[0])
    makers = {
        "import_record": ("external_id", subject_of_import),
        "export_delete_record": ("external_id", subject_of_deletion),
        "import_chunk": ("external_ids", subject_of_chunk),
    }
    name, make = makers.get(method, (None, None))
    if make and name in kwargs:
        return make(model_name, kwargs[name])
    if make and len(args) > 1:
        return make(model_name, args[1])
    if method == "import_removed":  # its other arguments say where it goes on
        args, kwargs = args[:1], {}
    return subject_of_call(model_name, method, ids, args, kwargs)


def chunk_ids(method: str, args: tuple, kwargs: Mapping) -> list[str] | None:
    """Return the external ids of a chunk job, None for another one."""
    if method != "import_chunk":
        return None
    ids = kwargs.get("external_ids") or (args[1] if len(args) > 1 else ())
    return sorted({str(external_id) for external_id in ids})


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_LENGTH else f"{text[:100]}…{_digest(text)}"


def _digest(what: Any) -> str:
    return hashlib.sha1(repr(what).encode(), usedforsecurity=False).hexdigest()[:20]


def export_arguments(args: Iterable[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of ``export_record`` by name, however they were given."""
    return {**dict(zip(("fields", "run"), args, strict=False)), **kwargs}


def covers_export(newer: Mapping[str, Any], older: Mapping[str, Any]) -> bool:
    """Return whether an export sends all fields that another one does.

    :param newer: the arguments by name of ``export_record``; so ``older``
    """
    if newer.get("fields") is None:
        return True
    names = older.get("fields")
    return names is not None and set(names) <= set(newer["fields"])
