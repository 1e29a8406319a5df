# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from .._runners.sync import blocking
from .._values import Records
from .records import AsyncRecordNamespace, RecordBase, RecordNamespace


class ProjectsBase(RecordBase):
    """What both kinds of this namespace have."""

    model = "project.project"
    id_name = "project_id"
    list_fields = (
        "id",
        "name",
        "user_id",
        "partner_id",
        "date_start",
        "date",
        "task_count",
        "color",
    )


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
