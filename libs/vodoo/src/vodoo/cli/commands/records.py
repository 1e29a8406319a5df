# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Commands on the records that have a namespace."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ..._errors import DownloadError
from ..assignments import parse_assignments, parse_domain, values_of
from ..output import printable, progress, show
from . import any_model
from .common import Options, field_types, split, write_values

if TYPE_CHECKING:
    from ..._client import OdooClient


def namespace(options: Options, client: OdooClient) -> Any:
    return getattr(client, options.namespace)


def list_records(options: Options, client: OdooClient) -> Any:
    return namespace(options, client).list(
        parse_domain(options.domain), options.limit or None, split(options.fields)
    )


def show_record(options: Options, client: OdooClient) -> Any:
    return namespace(options, client).get(options.id, split(options.fields))


def post_comment(options: Options, client: OdooClient) -> Any:
    post = namespace(options, client).comment
    return post(options.id, options.message, options.user, not options.html)


def post_note(options: Options, client: OdooClient) -> Any:
    post = namespace(options, client).note
    return post(options.id, options.message, options.user, not options.html)


def tags(options: Options, client: OdooClient) -> Any:
    return namespace(options, client).tags()


def tag(options: Options, client: OdooClient) -> Any:
    return namespace(options, client).add_tag(options.id, options.tag)


def chatter(options: Options, client: OdooClient) -> Any:
    return namespace(options, client).messages(options.id, options.limit or None)


def attachments(options: Options, client: OdooClient) -> Any:
    return namespace(options, client).attachments(options.id)


def download(options: Options, client: OdooClient) -> Any:
    saved, failures = [], []
    for record_id in progress(options.ids, "Downloading", len(options.ids)):
        try:
            saved += namespace(options, client).download(
                record_id, options.output, options.extension
            )
        except DownloadError as error:
            saved += error.saved
            failures.append(error)
    paths = [str(path) for path in saved]
    if not failures:
        return paths
    show(options, paths)
    for failure in failures[1:]:
        print(f"vodoo: {printable(str(failure))}", file=sys.stderr)
    raise failures[0]


def attach(options: Options, client: OdooClient) -> Any:
    return [
        namespace(options, client).attach(options.id, path)
        for path in progress(options.files, "Uploading", len(options.files))
    ]


def set_values(options: Options, client: OdooClient) -> Any:
    model = namespace(options, client).model
    return write_values(client, model, [options.id], options.values)


def namespace_fields(options: Options, client: OdooClient) -> Any:
    options.model = namespace(options, client).model
    return any_model.fields(options, client)


def url(options: Options, client: OdooClient) -> Any:
    return namespace(options, client).url(options.id)


def create_in_namespace(options: Options, client: OdooClient) -> Any:
    space = namespace(options, client)
    types = field_types(client, space.model)
    extra = values_of(parse_assignments(options.values), types)
    if options.namespace == "tasks":
        return space.create(options.name, options.project, **extra)
    return space.create(options.name, **extra)
