# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The namespaces' own commands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ..._errors import RecordNotFoundError
from ..output import progress
from .common import Options

if TYPE_CHECKING:
    from ..._client import OdooClient


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
    missing = sorted(set(options.groups) - groups.keys())
    if missing:
        raise RecordNotFoundError(
            "res.groups", message=f"there are no groups named {', '.join(missing)}"
        )
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


def _user(options: Options, client: OdooClient) -> int:
    user = options.user
    if user.isdigit():
        return client.security.resolve_user(user_id=int(user))
    return client.security.resolve_user(login=user)


def _folder(options: Options) -> int | str | None:
    folder: str | None = options.folder
    return int(folder) if folder and folder.isdigit() else folder
