# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The words of the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..release import VERSION
from .commands import any_model, configuration, connected, namespaces, records

#: command group: (namespace, whether its records have tags, whether it creates)
RECORD_GROUPS: dict[str, tuple[str, bool, bool]] = {
    "account-move": ("account_moves", False, False),
    "crm": ("crm", True, True),
    "helpdesk": ("helpdesk", True, True),
    "knowledge": ("knowledge", False, True),
    "project": ("projects", False, False),
    "project-task": ("tasks", True, True),
}

_MODEL = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z0-9_]+)+")

#: Options that take a value, before the command.
_VALUED = ("-i", "--instance", "-c", "--config")


def normalized(words: Sequence[str]) -> list[str]:
    """Turn ``vodoo res.partner search …`` into ``vodoo model search res.partner …``.

    The options of the whole may stand anywhere: they are moved to the front.
    """
    moved = [word for word in words if word in ("--json", "--simple", "--debug")]
    rest = [word for word in words if word not in ("--json", "--simple", "--debug")]
    position = 0
    while position < len(rest) and rest[position].startswith("-"):
        position += 2 if rest[position] in _VALUED else 1
    front, command = rest[:position], rest[position:]
    if len(command) > 1 and _MODEL.fullmatch(command[0]):
        command = ["model", command[1], command[0], *command[2:]]
    return [*moved, *front, *command]


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="vodoo",
        description="Work with an Odoo server. vodoo MODEL COMMAND … is short for "
        "vodoo model COMMAND MODEL …: vodoo res.partner search",
    )
    parser.add_argument("--version", action="version", version=f"vodoo {VERSION}")
    parser.add_argument("-i", "--instance", help="the instance to work with")
    parser.add_argument("-c", "--config", type=Path, help="a configuration file")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--simple", action="store_true", help="print lines with tabs")
    parser.add_argument(
        "--debug", action="store_true", help="print the server's traceback"
    )
    groups = parser.add_subparsers(dest="group", required=True, metavar="GROUP")
    _add_model(groups)
    for name, (namespace, has_tags, creates) in RECORD_GROUPS.items():
        _add_records(groups, name, namespace, has_tags, creates)
    _add_activities(groups)
    _add_documents(groups)
    _add_timer(groups)
    _add_security(groups)
    _add_config(groups)
    return parser


class _Group:
    """A group of commands."""

    def __init__(self, groups: Any, name: str, help: str, **defaults: Any) -> None:
        parser = groups.add_parser(name, help=help)
        parser.set_defaults(**defaults)
        self.commands = parser.add_subparsers(
            dest="command", required=True, metavar="COMMAND"
        )

    def add(
        self,
        name: str,
        command: Callable[..., Any],
        help: str,
        *,
        offline: bool = False,
    ) -> argparse.ArgumentParser:
        """Add a command."""
        parser: argparse.ArgumentParser = self.commands.add_parser(
            name, help=help, description=help
        )
        parser.set_defaults(run=command if offline else connected(command))
        return parser


def _domain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("domain", nargs="?", help='[["name", "ilike", "x"]]')


def _shape(parser: argparse.ArgumentParser, limit: int = 50) -> None:
    parser.add_argument("--fields", help="name,email")
    parser.add_argument("--limit", type=int, default=limit, help="0 for all")


def _add_model(groups: Any) -> None:
    group = _Group(groups, "model", "records of any model")

    def add(
        name: str, command: Callable[..., Any], help: str
    ) -> argparse.ArgumentParser:
        parser = group.add(name, command, help)
        parser.add_argument("model")
        return parser

    for name in ("search", "list"):
        parser = add(name, any_model.search, "find records")
        _domain(parser)
        _shape(parser)
        parser.add_argument("--order")
        parser.add_argument("--offset", type=int, default=0)
    _domain(add("count", any_model.count, "count records"))
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
    _domain(parser)
    parser.add_argument("--fields", help="name,email")
    parser.add_argument("-o", "--output", dest="file", default="-")
    parser = add("import", any_model.import_, "create records from lines of JSON")
    parser.add_argument("file", nargs="?", default="-")


def _add_records(
    groups: Any, name: str, namespace: str, has_tags: bool, creates: bool
) -> None:
    group = _Group(groups, name, f"records of {name}", namespace=namespace)

    def add(
        name: str, command: Callable[..., Any], help: str
    ) -> argparse.ArgumentParser:
        parser = group.add(name, command, help)
        parser.add_argument("id", type=int)
        return parser

    parser = group.add("list", records.list_records, "find records")
    _domain(parser)
    _shape(parser)
    add("show", records.show_record, "show a record").add_argument("--fields")
    posts = {"comment": records.post_comment, "note": records.post_note}
    for post, command in posts.items():
        parser = add(post, command, f"post a {post}, in Markdown")
        parser.add_argument("message")
        parser.add_argument("--user", type=int, help="id of the author")
        parser.add_argument("--html", action="store_true", help="the message is HTML")
    parser = add("chatter", records.chatter, "show the messages of a record")
    parser.add_argument("--limit", type=int, default=0)
    add("attachments", records.attachments, "show the attachments of a record")
    for download in ("download", "download-all"):
        parser = group.add(
            download, records.download, "save the attachments of records"
        )
        parser.add_argument("ids", type=int, nargs="+", metavar="id")
        parser.add_argument("-o", "--output", type=Path)
        parser.add_argument("--extension")
    parser = add("attach", records.attach, "attach files")
    parser.add_argument("files", type=Path, nargs="+")
    parser = add("set", records.set_values, "change a record: = += -= *= /=")
    parser.add_argument("values", nargs="+", metavar="field=value")
    add("url", records.url, "show the address of a record")
    group.add("fields", records.namespace_fields, "show the fields")
    if has_tags:
        group.add("tags", records.tags, "show all tags")
        add("tag", records.tag, "add a tag").add_argument("tag", type=int)
    if creates:
        parser = group.add("create", records.create_in_namespace, "create a record")
        parser.add_argument("name")
        if namespace == "tasks":
            parser.add_argument("--project", type=int, required=True)
        parser.add_argument("values", nargs="*", metavar="field=value")
    _add_own(group, namespace)


def _add_own(group: _Group, namespace: str) -> None:
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


def _add_activities(groups: Any) -> None:
    group = _Group(groups, "activity", "what is to be done")
    parser = group.add("list", namespaces.activity_list, "show activities")
    parser.add_argument("model", nargs="?")
    parser.add_argument("id", type=int, nargs="?")
    parser.add_argument("--limit", type=int, default=50)
    parser = group.add("schedule", namespaces.activity_schedule, "plan an activity")
    parser.add_argument("model")
    parser.add_argument("id", type=int)
    parser.add_argument("summary")
    parser.add_argument("--deadline", metavar="YYYY-MM-DD")
    parser = group.add("done", namespaces.activity_done, "finish an activity")
    parser.add_argument("id", type=int)
    parser.add_argument("--feedback")


def _add_documents(groups: Any) -> None:
    group = _Group(groups, "document", "files of Documents (Enterprise)")
    parser = group.add("list", namespaces.document_list, "show documents")
    parser.add_argument("--folder")
    parser.add_argument("--limit", type=int, default=50)
    group.add("folders", namespaces.document_folders, "show the folders")
    parser = group.add("upload", namespaces.document_upload, "upload files")
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--folder")
    parser = group.add("download", namespaces.document_download, "save a document")
    parser.add_argument("id", type=int)
    parser.add_argument("-o", "--output", type=Path)


def _add_timer(groups: Any) -> None:
    group = _Group(groups, "timer", "own timesheets and their timers (Enterprise)")
    for name in ("status", "list"):
        parser = group.add(name, namespaces.timer_list, "show the timesheets of today")
        parser.add_argument("--days", type=int, default=0, help="days before, too")
    group.add("active", namespaces.timer_active, "show what is running")
    parser = group.add("start", namespaces.timer_start, "start a timer")
    parser.add_argument("kind", choices=["task", "ticket", "timesheet"])
    parser.add_argument("id", type=int)
    parser = group.add("stop", namespaces.timer_stop, "stop a timesheet, or all")
    parser.add_argument("id", type=int, nargs="?")


def _add_security(groups: Any) -> None:
    group = _Group(groups, "security", "groups and users for programs")
    group.add("create-groups", namespaces.create_groups, "create the groups")
    parser = group.add("assign-bot", namespaces.assign_bot, "add a user to groups")
    parser.add_argument("user", help="id or login")
    parser.add_argument("groups", nargs="+")
    parser.add_argument("--keep-default-groups", action="store_true")
    parser = group.add("create-user", namespaces.create_user, "create a user")
    parser.add_argument("name")
    parser.add_argument("login")
    parser.add_argument("--email")
    parser = group.add("set-password", namespaces.set_password, "give a new password")
    parser.add_argument("user", help="id or login")


def _add_config(groups: Any) -> None:
    group = _Group(groups, "config", "instances and settings")
    group.add(
        "list-instances",
        configuration.config_instances,
        "show the instances",
        offline=True,
    )
    group.add("show", configuration.config_show, "show the settings", offline=True)
    parser = group.add(
        "use", configuration.config_use, "make an instance the default", offline=True
    )
    parser.add_argument("name")
    group.add("test", configuration.config_test, "log in")


def _ids(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def _id_or_name(text: str) -> int | str:
    return int(text) if text.isdigit() else text
