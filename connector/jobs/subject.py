# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The subject of a job: two failed jobs with the same subject are one error.

A subject is stored with the job as a text, ``<model> <direction> <kind>:<id>``. The
text is enough to describe the error when the arguments of the job cannot be read any
more. The kinds:

=========  ======================================================
record     the import, or deletion, of an external record
binding    the export of a binding
chunk      the import of several records
method     any other call: a digest of the method and its arguments
=========  ======================================================
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .causes import CONNECTION

#: longer ids are replaced by a digest: the subject is indexed
_MAX_LENGTH = 200
#: arguments that do not change what a job is about
_OPTIONS = {"confirmed", "force", "had_failed", "retries_left", "waited", "waits_for"}
_RUN = "connector.sync.run("

#: ``{method: direction}`` of the jobs of binding models
DIRECTIONS = {
    "import_record": "import",
    "import_chunk": "import",
    "import_batch": "import",
    "import_changes": "import",
    "import_notified": "import",
    "import_removed": "removal",
    "export_record": "export",
    "export_batch": "export",
    "export_chunk": "export",
    "export_delete_record": "deletion",
    "dry_run_batch": "dry_run",
    "dry_run_chunk": "dry_run",
    "dry_run_export_batch": "dry_run",
    "dry_run_export_chunk": "dry_run",
    "dry_run_removed": "dry_run",
}
#: jobs that search for records; their errors are the backend's
SEARCHES = ("import_batch", "import_changes", "import_removed")
#: jobs that resolve errors themselves
RESOLVING = {name for name in DIRECTIONS if not name.startswith("dry_run_")}


class JobSubject(NamedTuple):
    """A model, a direction, and the record or call that a job is about."""

    model_name: str
    direction: str
    #: record, binding, chunk or method
    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.model_name} {self.direction} {self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> JobSubject:
        """Return the subject of a stored text."""
        model_name, direction, rest = text.split(" ", 2)
        return cls(model_name, direction, *rest.split(":", 1))

    @property
    def external_id(self) -> str | None:
        """Return the external id, None if it is not about one external record."""
        return self.id if self.kind == "record" else None

    @property
    def binding_id(self) -> int | None:
        """Return the id of the binding, None if it is not about one binding."""
        return int(self.id) if self.kind == "binding" else None


def subject_of_backend(cause: str) -> str:
    """Return the subject of an error of the backend itself."""
    return f"backend {cause}"


#: subject of the error of a backend that does not answer
UNREACHED = subject_of_backend(CONNECTION)


def subject_of_search(model_name: str) -> str:
    """Return the subject of the error of a backend that fails to search a model."""
    return f"{UNREACHED} {model_name}"


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

    It is the same for positional and keyword arguments, before and after the job is
    stored.
    """
    values = [*args, *(kwargs[name] for name in kwargs.keys() - _OPTIONS)]
    texts = sorted(_canonical(value) for value in values if value or value == 0)
    what = [sorted(ids), [text for text in texts if not text.startswith(_RUN)]]
    direction = DIRECTIONS.get(method, "other")
    return JobSubject(model_name, direction, "method", f"{method}:{_digest(what)}")


def _canonical(value: Any) -> str:
    """Return a text that is the same for a value and its stored form."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_canonical, value))}]"
    if isinstance(value, dict):
        items = sorted((str(key), _canonical(each)) for key, each in value.items())
        return repr(items)
    return repr(value)


def subject_of_job(
    model_name: str, method: str, ids: list[int], args: tuple, kwargs: Mapping
) -> JobSubject:
    """Return the subject of a call of a method."""
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
    if method in (
        "import_removed",
        "dry_run_removed",
    ):  # its other arguments are its position
        args, kwargs = args[:1], {}
    return subject_of_call(model_name, method, ids, args, kwargs)


def chunk_ids(method: str, args: tuple, kwargs: Mapping) -> list[str] | None:
    """Return the external ids of a chunk job, None for another job."""
    if method != "import_chunk":
        return None
    ids = kwargs.get("external_ids") or (args[1] if len(args) > 1 else ())
    return sorted({str(external_id) for external_id in ids})


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_LENGTH else f"{text[:100]}…{_digest(text)}"


def _digest(what: Any) -> str:
    return hashlib.sha1(repr(what).encode(), usedforsecurity=False).hexdigest()[:20]


def export_arguments(args: Iterable[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of ``export_record`` by name."""
    return {**dict(zip(("fields", "run"), args, strict=False)), **kwargs}


def covers_export(newer: Mapping[str, Any], older: Mapping[str, Any]) -> bool:
    """Return whether an export sends all fields that an older one sends.

    Both are the arguments of ``export_record`` by name.
    """
    if newer.get("fields") is None:
        return True
    names = older.get("fields")
    return names is not None and set(names) <= set(newer["fields"])
