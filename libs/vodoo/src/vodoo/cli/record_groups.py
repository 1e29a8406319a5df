# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The groups of commands on records: of any model, and of those with a namespace."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .commands import any_model, namespaces, records
from .group import Group, add_domain, add_shape


def add_model(groups: Any) -> None:
    """Add the commands on the records of any model."""
    group = Group(groups, "model", "records of any model")

    def add(
        name: str, command: Callable[..., Any], help: str
    ) -> argparse.ArgumentParser:
        parser = group.add(name, command, help)
        parser.add_argument("model")
        return parser

    for name in ("search", "list"):
        parser = add(name, any_model.search, "find records")
        add_domain(parser)
        add_shape(parser)
        parser.add_argument("--order")
        parser.add_argument("--offset", type=int, default=0)
    add_domain(add("count", any_model.count, "count records"))
    parser = add("read", any_model.read, "show records")
    parser.add_argument("ids", type=int, nargs="+")
    parser.add_argument("--fields", help="name,email")
    parser = add("create", any_model.create, "create a record")
    parser.add_argument("values", nargs="+", metavar="field=value")
    for name in ("update", "write"):
        parser = add(name, any_model.update, "change records: = += -= *= /=")
        parser.add_argument("ids", type=_ids, metavar="ID[,ID…]")
        parser.add_argument("values", nargs="+", metavar="field=value")
    for name in ("delete", "unlink"):
        parser = add(name, any_model.delete, "delete records")
        parser.add_argument("ids", type=int, nargs="+")
    add("fields", any_model.fields, "show the model's fields")
    parser = add("call", any_model.call, "call a method")
    parser.add_argument("method")
    parser.add_argument("args", nargs="*", help="in JSON")
    parser.add_argument("--kwargs", help='{"name": "value"}')
    parser = add("export", any_model.export, "write records as lines of JSON")
    add_domain(parser)
    parser.add_argument("--fields", help="name,email")
    parser.add_argument("-o", "--output", dest="file", default="-")
    parser = add("import", any_model.import_, "create records from lines of JSON")
    parser.add_argument("file", nargs="?", default="-")


def add_records(
    groups: Any, name: str, namespace: str, has_tags: bool, creates: bool
) -> None:
    """Add the commands on the records of a namespace."""
    group = Group(groups, name, f"records of {name}", namespace=namespace)
    parser = group.add("list", records.list_records, "find records")
    add_domain(parser)
    add_shape(parser)
    parser = _on_record(group, "show", records.show_record, "show a record")
    parser.add_argument("--fields")
    _add_chatter(group)
    _add_attachments(group)
    parser = _on_record(
        group, "set", records.set_values, "change a record: = += -= *= /="
    )
    parser.add_argument("values", nargs="+", metavar="field=value")
    _on_record(group, "url", records.url, "show the address of a record")
    group.add("fields", records.namespace_fields, "show the fields")
    if has_tags:
        group.add("tags", records.tags, "show all tags")
        parser = _on_record(group, "tag", records.tag, "add a tag")
        parser.add_argument("tag", type=int)
    if creates:
        parser = group.add("create", records.create_in_namespace, "create a record")
        parser.add_argument("name")
        if namespace == "tasks":
            parser.add_argument("--project", type=int, required=True)
        parser.add_argument("values", nargs="*", metavar="field=value")
    _add_own(group, namespace)


def _on_record(
    group: Group, name: str, command: Callable[..., Any], help: str
) -> argparse.ArgumentParser:
    parser = group.add(name, command, help)
    parser.add_argument("id", type=int)
    return parser


def _add_chatter(group: Group) -> None:
    posts = {"comment": records.post_comment, "note": records.post_note}
    for post, command in posts.items():
        parser = _on_record(group, post, command, f"post a {post}, in Markdown")
        parser.add_argument("message")
        parser.add_argument("--user", type=int, help="id of the author")
        parser.add_argument("--html", action="store_true", help="the message is HTML")
    parser = _on_record(
        group, "chatter", records.chatter, "show the messages of a record"
    )
    parser.add_argument("--limit", type=int, default=0)


def _add_attachments(group: Group) -> None:
    _on_record(
        group, "attachments", records.attachments, "show the attachments of a record"
    )
    for download in ("download", "download-all"):
        parser = group.add(
            download, records.download, "save the attachments of records"
        )
        parser.add_argument("ids", type=int, nargs="+", metavar="id")
        parser.add_argument("-o", "--output", type=Path)
        parser.add_argument("--extension")
    parser = _on_record(group, "attach", records.attach, "attach files")
    parser.add_argument("files", type=Path, nargs="+")


def _add_own(group: Group, namespace: str) -> None:
    if namespace == "crm":
        parser = group.add("stages", namespaces.crm_stages, "show the stages")
        parser.add_argument("--team", type=int)
        parser = group.add(
            "pipeline", namespaces.crm_pipeline, "show count and revenue"
        )
        parser.add_argument("--team", type=_id_or_name)
        parser.add_argument("--user", type=_id_or_name)
    elif namespace == "projects":
        parser = group.add("stages", namespaces.project_stages, "show the stages")
        parser.add_argument("project", type=int, nargs="?")
    elif namespace == "tasks":
        parser = group.add("tag-create", namespaces.tag_create, "create a tag")
        parser.add_argument("name")
        parser.add_argument("--color", type=int)
        parser = group.add("tag-delete", namespaces.tag_delete, "delete a tag")
        parser.add_argument("tag", type=int)


def _ids(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def _id_or_name(text: str) -> int | str:
    return int(text) if text.isdigit() else text
