# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The groups of commands of the other namespaces, and on the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .commands import configuration, namespaces
from .group import Group


def add_activities(groups: Any) -> None:
    """Add the commands on activities."""
    group = Group(groups, "activity", "what is to be done")
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


def add_documents(groups: Any) -> None:
    """Add the commands on documents."""
    group = Group(groups, "document", "files of Documents (Enterprise)")
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


def add_timer(groups: Any) -> None:
    """Add the commands on timesheets and their timers."""
    group = Group(groups, "timer", "own timesheets and their timers (Enterprise)")
    for name in ("status", "list"):
        parser = group.add(name, namespaces.timer_list, "show the timesheets of today")
        parser.add_argument("--days", type=int, default=0, help="days before, too")
    group.add("active", namespaces.timer_active, "show what is running")
    parser = group.add("start", namespaces.timer_start, "start a timer")
    parser.add_argument("kind", choices=["task", "ticket", "timesheet"])
    parser.add_argument("id", type=int)
    parser = group.add("stop", namespaces.timer_stop, "stop a timesheet, or all")
    parser.add_argument("id", type=int, nargs="?")


def add_security(groups: Any) -> None:
    """Add the commands on groups and users."""
    group = Group(groups, "security", "groups and users for programs")
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


def add_config(groups: Any) -> None:
    """Add the commands on the configuration."""
    group = Group(groups, "config", "instances and settings")
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
