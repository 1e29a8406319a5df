# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the commands do."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from .. import config_files
from ..client import OdooClient
from ..config import OdooConfig
from ..errors import RecordNotFoundError
from .assignments import parse_assignments, parse_domain, parse_literal, values_of
from .output import progress, show

Options = argparse.Namespace
Command = Callable[[Options, OdooClient], Any]

CHUNK_SIZE = 250


def connected(command: Command) -> Callable[[Options], None]:
    """Give the command a client, and show what it returns."""

    def run(options: Options) -> None:
        with OdooClient(configuration(options)) as client:
            show(options, command(options, client))

    return run


def configuration(options: Options) -> OdooConfig:
    """Return the configuration of the instance or file that was named."""
    return OdooConfig.from_file(options.config, instance=options.instance)


def split(text: str | None) -> list[str] | None:
    """Return the names in a text like ``name,email``."""
    return text.replace(",", " ").split() if text else None


# any model


def search(options: Options, client: OdooClient) -> Any:
    domain = parse_domain(options.domain)
    fields = split(options.fields) or ["display_name"]
    order, offset = options.order, options.offset
    return client.search_read(
        options.model, domain, fields, options.limit or None, offset, order
    )


def count(options: Options, client: OdooClient) -> Any:
    return client.execute(options.model, "search_count", parse_domain(options.domain))


def read(options: Options, client: OdooClient) -> Any:
    records = client.read(options.model, options.ids, split(options.fields))
    if len(records) < len(set(options.ids)):
        missing = set(options.ids) - {record["id"] for record in records}
        raise RecordNotFoundError(options.model, min(missing))
    return records[0] if len(options.ids) == 1 else records


def create(options: Options, client: OdooClient) -> Any:
    assignments = parse_assignments(options.values)
    return client.create(options.model, values_of(assignments, _types(options, client)))


def update(options: Options, client: OdooClient) -> Any:
    return write_values(client, options.model, options.ids, options.values)


def write_values(
    client: OdooClient, model: str, ids: list[int], words: list[str]
) -> Any:
    """Write assignments; those that depend on the current value record by record."""
    assignments = parse_assignments(words)
    types = _field_types(client, model)
    needed = [a.field for a in assignments if a.needs_current and a.field in types]
    if not needed:
        return client.write(model, ids, values_of(assignments, types))
    for record in client.read(model, ids, needed):
        client.write(model, record["id"], values_of(assignments, types, record))
    return True


def delete(options: Options, client: OdooClient) -> Any:
    return client.unlink(options.model, options.ids)


def fields(options: Options, client: OdooClient) -> Any:
    definitions = client.fields_get(
        options.model, None, ["string", "type", "required", "readonly", "relation"]
    )
    return [
        {"name": name, **definition} for name, definition in sorted(definitions.items())
    ]


def call(options: Options, client: OdooClient) -> Any:
    args = [parse_literal(word, "argument") for word in options.args]
    kwargs = parse_literal(options.kwargs, "arguments") if options.kwargs else {}
    return client.execute(options.model, options.method, *args, **kwargs)


def export(options: Options, client: OdooClient) -> Any:
    """Write records as lines of JSON."""
    domain = parse_domain(options.domain)
    total = client.execute(options.model, "search_count", domain)
    records = client.search_iter(options.model, domain, split(options.fields), 500)
    with _opened(options.file, "w", sys.stdout) as file:
        for record in progress(records, f"Exporting {options.model}", total):
            print(json.dumps(record, ensure_ascii=False), file=file)


def import_(options: Options, client: OdooClient) -> Any:
    """Create records from lines of JSON; return how many, and what failed."""
    with _opened(options.file, "r", sys.stdin) as file:
        rows = [json.loads(line) for line in file if line.strip()]
    parts = [
        rows[at : at + CHUNK_SIZE * 4] for at in range(0, len(rows), CHUNK_SIZE * 4)
    ]
    created, failed = 0, []
    for part in progress(parts, f"Importing {options.model}", len(parts)):
        result = client.create_many(options.model, part, CHUNK_SIZE)
        created += len(result.ids)
        failed += [chunk for chunk in result if chunk.error]
    for chunk in failed:
        print(f"vodoo: {chunk.stop - chunk.start} rows: {chunk.error}", file=sys.stderr)
    if failed and failed[0].error:
        raise failed[0].error
    return {"created": created}


# namespaces of records


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
    saved = []
    for record_id in progress(options.ids, "Downloading", len(options.ids)):
        saved += namespace(options, client).download(
            record_id, options.output, options.extension
        )
    return [str(path) for path in saved]


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
    return fields(options, client)


def url(options: Options, client: OdooClient) -> Any:
    return namespace(options, client).url(options.id)


def create_in_namespace(options: Options, client: OdooClient) -> Any:
    space = namespace(options, client)
    types = _field_types(client, space.model)
    extra = values_of(parse_assignments(options.values), types)
    if options.namespace == "tasks":
        return space.create(options.name, options.project, **extra)
    return space.create(options.name, **extra)


# the namespaces' own commands


def crm_stages(options: Options, client: OdooClient) -> Any:
    return client.crm.stages(team_id=options.team)


def crm_pipeline(options: Options, client: OdooClient) -> Any:
    pipeline = client.crm.pipeline(team=options.team, user=options.user)
    return pipeline if options.json else pipeline["stages"]


def project_stages(options: Options, client: OdooClient) -> Any:
    return client.projects.stages(options.project)


def tag_create(options: Options, client: OdooClient) -> Any:
    return client.tasks.create_tag(options.name, options.color)


def tag_delete(options: Options, client: OdooClient) -> Any:
    return client.tasks.delete_tag(options.tag)


def timer_list(options: Options, client: OdooClient) -> Any:
    return list(client.timer.list(days=options.days))


def timer_active(options: Options, client: OdooClient) -> Any:
    return list(client.timer.active())


def timer_start(options: Options, client: OdooClient) -> Any:
    start = {
        "task": client.timer.start_task,
        "ticket": client.timer.start_ticket,
        "timesheet": client.timer.start_timesheet,
    }
    start[options.kind](options.id)
    return True


def timer_stop(options: Options, client: OdooClient) -> Any:
    if options.id:
        client.timer.stop_timesheet(options.id)
        return True
    return list(client.timer.stop())


def create_groups(options: Options, client: OdooClient) -> Any:
    groups, warnings = client.security.create_groups()
    for warning in warnings:
        print(f"vodoo: {warning}", file=sys.stderr)
    return groups


def assign_bot(options: Options, client: OdooClient) -> Any:
    user_id = _user(options, client)
    groups = client.security.get_group_ids(options.groups)
    return client.security.assign(
        user_id, groups.values(), remove_default_groups=not options.keep_default_groups
    )


def create_user(options: Options, client: OdooClient) -> Any:
    user_id, password = client.security.create_user(
        options.name, options.login, email=options.email
    )
    return {"id": user_id, "login": options.login, "password": str(password)}


def set_password(options: Options, client: OdooClient) -> Any:
    return {"password": str(client.security.set_password(_user(options, client)))}


def activity_list(options: Options, client: OdooClient) -> Any:
    return client.activities.list(
        options.model, options.id, limit=options.limit or None
    )


def activity_schedule(options: Options, client: OdooClient) -> Any:
    return client.activities.schedule(
        options.model, options.id, options.summary, deadline=options.deadline
    )


def activity_done(options: Options, client: OdooClient) -> Any:
    return client.activities.done(options.id, options.feedback)


def document_list(options: Options, client: OdooClient) -> Any:
    return client.documents.list(_folder(options), limit=options.limit or None)


def document_folders(options: Options, client: OdooClient) -> Any:
    return client.documents.folders()


def document_upload(options: Options, client: OdooClient) -> Any:
    folder = _folder(options)
    return [
        client.documents.upload(path, folder=folder)
        for path in progress(options.files, "Uploading", len(options.files))
    ]


def document_download(options: Options, client: OdooClient) -> Any:
    return str(client.documents.download_file(options.id, options.output))


# configuration


def config_instances(options: Options) -> None:
    found = config_files.instances()
    show(options, [{"instance": n, "file": str(f)} for n, f in sorted(found.items())])


def config_show(options: Options) -> None:
    config = configuration(options)
    names = ("url", "database", "username", "protocol", "timeout", "max_concurrency")
    show(options, {name: getattr(config, name) for name in names})


def config_use(options: Options) -> None:
    show(options, str(config_files.use_instance(options.name)))


def config_test(options: Options, client: OdooClient) -> Any:
    return {
        "uid": client.uid,
        "transport": type(client.transport).__name__,
        "version": client.shell.run(client.transport.version_steps()),
    }


def _types(options: Options, client: OdooClient) -> dict[str, str]:
    return _field_types(client, options.model)


def _field_types(client: OdooClient, model: str) -> dict[str, str]:
    definitions = client.fields_get(model, None, ["type"])
    return {name: definition["type"] for name, definition in definitions.items()}


def _user(options: Options, client: OdooClient) -> int:
    user = options.user
    if user.isdigit():
        return client.security.resolve_user(user_id=int(user))
    return client.security.resolve_user(login=user)


def _folder(options: Options) -> int | str | None:
    folder: str | None = options.folder
    return int(folder) if folder and folder.isdigit() else folder


def _opened(path: str, mode: str, standard: IO[str]) -> Any:
    import contextlib

    if path == "-":
        return contextlib.nullcontext(standard)
    return Path(path).open(mode, encoding="utf-8")
