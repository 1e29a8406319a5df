# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Projects and their tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._runners.sync import blocking
from .._values import HTML, Cmd, Markdown, Record, Records
from .records import AsyncRecordNamespace, RecordBase, RecordNamespace, as_markdown

#: Before this version a task had one user.
SEVERAL_USERS_VERSION = 15


class ProjectsBase(RecordBase):
    model = "project.project"
    id_name = "project_id"
    list_fields = "id name user_id partner_id date_start date task_count color".split()


class AsyncProjects(ProjectsBase, AsyncRecordNamespace):
    """Work with projects."""

    async def stages(self, project_id: int | None = None) -> Records:
        """Return the stages of tasks, all or those of a project."""
        domain = [] if project_id is None else [["project_ids", "in", [project_id]]]
        fields = ["id", "name", "sequence", "fold", "project_ids"]
        return await self._search_existing(
            "project.task.type", domain, fields, order="sequence"
        )


class Projects(ProjectsBase, RecordNamespace):
    """Work with projects."""

    stages = blocking(AsyncProjects.stages)


class TasksBase(RecordBase):
    model = "project.task"
    id_name = "task_id"
    tag_model = "project.tags"
    list_fields = (
        "id name partner_id project_id stage_id user_ids priority tag_ids create_date"
    ).split()

    async def _user_values(self, user_ids: Sequence[int] | None) -> Record:
        if user_ids is None:
            return {}
        if (await self._version()) >= SEVERAL_USERS_VERSION:
            return {"user_ids": [Cmd.set(user_ids)]}
        if len(user_ids) > 1:
            raise ValueError("on this server a task cannot have several users")
        return {"user_id": user_ids[0] if user_ids else False}


class AsyncTasks(TasksBase, AsyncRecordNamespace):
    """Work with the tasks of projects."""

    async def create(
        self,
        /,
        name: str,
        project_id: int,
        description: str | Markdown | HTML | None = None,
        user_ids: Sequence[int] | None = None,
        tag_ids: Sequence[int] | None = None,
        parent_id: int | None = None,
        **extra: Any,
    ) -> int:
        """Create a task and return its id; the description is Markdown.

        :raises ValueError: for several users where a task can have only one (Odoo 14).
        """
        values = {
            "name": name,
            "project_id": project_id,
            "description": as_markdown(description),
            "tag_ids": tag_ids,
            "parent_id": parent_id,
            **(await self._user_values(user_ids)),
            **extra,
        }
        return await self._create_record(values, {"default_project_id": project_id})

    async def create_tag(self, name: str, color: int | None = None) -> int:
        """Create a tag and return its id."""
        values = {"name": name} if color is None else {"name": name, "color": color}
        return await self._create("project.tags", values)

    async def delete_tag(self, tag_id: int) -> bool:
        """Delete a tag, on all tasks."""
        return await self._unlink("project.tags", [tag_id])


class Tasks(TasksBase, RecordNamespace):
    """Work with the tasks of projects."""

    create = blocking(AsyncTasks.create)
    create_tag = blocking(AsyncTasks.create_tag)
    delete_tag = blocking(AsyncTasks.delete_tag)
