# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from ..operation import Mode, Operation, operation
from ..values import Records
from .records import RecordNamespace


class Projects(RecordNamespace[Mode]):
    """Work with projects."""

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

    @operation
    def stages(self, project_id: int | None = None) -> Operation[Records]:
        """Return the stages of tasks, all or those of a project."""
        domain = [] if project_id is None else [["project_ids", "in", [project_id]]]
        fields = ["id", "name", "sequence", "fold", "project_ids"]
        return (
            yield from self.search_existing(
                "project.task.type", domain, fields, order="sequence"
            )
        )
