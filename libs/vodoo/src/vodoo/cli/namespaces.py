# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Commands of the namespaces, named like their methods."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from .._errors import DownloadError, RecordNotFoundError
from .group import Group, Kind
from .output import printable, progress, show
from .words import parse_assignments, parse_domain, split, values_of

if TYPE_CHECKING:
    from .._values import Record, Records


def _post(kind: str) -> Any:
    def post(
        self: RecordGroup,
        id: int,
        message: str,
        *,
        user: int | str | None = None,
        html: bool = False,
    ) -> Any:
        author = self._user_id(user) if user else None
        return getattr(self._space, kind)(id, message, author, not html)

    post.__doc__ = f"Post a {kind}, in Markdown."
    return post


class RecordGroup(Group):
    """records of a namespace"""

    _namespace: ClassVar[str]

    @property
    def _space(self) -> Any:
        return getattr(self._client, self._namespace)

    def list_(
        self, domain: str | None = None, *, fields: str | None = None, limit: int = 50
    ) -> Any:
        """Find records."""
        return self._space.list(parse_domain(domain), limit or None, split(fields))

    def show(self, id: int, *, fields: str | None = None) -> Any:
        """Show a record."""
        return self._space.get(id, split(fields))

    comment, note = _post("comment"), _post("note")

    def chatter(self, id: int, *, limit: int = 0) -> Any:
        """Show the messages of a record."""
        return self._space.messages(id, limit or None)

    def attachments(self, id: int) -> Any:
        """Show the attachments of a record."""
        return self._space.attachments(id)

    def download(
        self,
        ids: list[int],
        *,
        output: Path | None = None,
        extension: str | None = None,
    ) -> list[str]:
        """Save the attachments of records."""
        saved: list[str] = []
        failures = []
        for record_id in progress(ids, "Downloading", len(ids)):
            try:
                paths = self._space.download(record_id, output, extension)
            except DownloadError as error:
                paths = error.saved
                failures.append(error)
            saved += map(str, paths)
        if failures:
            show(self._options, saved)
            for failure in failures[1:]:
                print(f"vodoo: {printable(str(failure))}", file=sys.stderr)
            raise failures[0]
        return saved

    download_all = download

    def attach(self, id: int, files: list[Path]) -> Any:
        """Attach files."""
        uploads = progress(files, "Uploading", len(files))
        return [self._space.attach(id, path) for path in uploads]

    def set_(self, id: int, values: list[str]) -> bool:
        """Change a record: = += -= *= /=."""
        return self._write(self._space.model, [id], values)

    def url(self, id: int) -> Any:
        """Show the address of a record."""
        return self._space.url(id)

    def fields(self) -> list[Record]:
        """Show the fields."""
        return self._describe_fields(self._space.model)

    def _extra(self, words: list[str] | None) -> Record:
        types = self._field_types(self._space.model)
        return values_of(parse_assignments(words or ()), types)


class Tagged(RecordGroup):
    def tags(self) -> Any:
        """Show all tags."""
        return self._space.tags()

    def tag(self, id: int, tag: int) -> Any:
        """Add a tag."""
        return self._space.add_tag(id, tag)


class Creating(RecordGroup):
    def create(self, name: str, values: list[str] | None = None) -> Any:
        """Create a record."""
        return self._space.create(name, **self._extra(values))


class AccountMoves(RecordGroup):
    """records of account-move"""

    _namespace = "account_moves"


class CRM(Tagged, Creating):
    """records of crm"""

    _namespace = "crm"

    def stages(self, *, team: int | None = None) -> Records:
        """Show the stages."""
        return self._client.crm.stages(team_id=team)

    def pipeline(
        self, *, team: int | str | None = None, user: int | str | None = None
    ) -> Any:
        """Show count and revenue."""
        found = self._client.crm.pipeline(team=team, user=user)
        return found if self._options.json else found["stages"]


class Helpdesk(Tagged, Creating):
    """records of helpdesk"""

    _namespace = "helpdesk"


class Knowledge(Creating):
    """records of knowledge"""

    _namespace = "knowledge"


class Projects(RecordGroup):
    """records of project"""

    _namespace = "projects"

    def stages(self, project: int | None = None) -> Records:
        """Show the stages."""
        return self._client.projects.stages(project)


class Tasks(Tagged):
    """records of project-task"""

    _namespace = "tasks"

    def create(
        self, name: str, values: list[str] | None = None, *, project: int
    ) -> int:
        """Create a record."""
        return self._client.tasks.create(name, project, **self._extra(values))

    def tag_create(self, name: str, *, color: int | None = None) -> int:
        """Create a tag."""
        return self._client.tasks.create_tag(name, color)

    def tag_delete(self, tag: int) -> bool:
        """Delete a tag."""
        return self._client.tasks.delete_tag(tag)


class Activities(Group):
    """planned activities"""

    def list_(
        self, model: str | None = None, id: int | None = None, *, limit: int = 50
    ) -> Records:
        """Show activities."""
        return self._client.activities.list(model, id, limit=limit or None)

    def schedule(
        self, model: str, id: int, summary: str, *, deadline: str | None = None
    ) -> int:
        """Plan an activity."""
        return self._client.activities.schedule(model, id, summary, deadline=deadline)

    def done(self, id: int, *, feedback: str | None = None) -> int | None:
        """Finish an activity."""
        return self._client.activities.done(id, feedback)


class Documents(Group):
    """files of Documents (Enterprise)"""

    def list_(self, *, folder: int | str | None = None, limit: int = 50) -> Records:
        """Show documents."""
        return self._client.documents.list(folder, limit=limit or None)

    def folders(self) -> Records:
        """Show the folders."""
        return self._client.documents.folders()

    def upload(
        self, files: list[Path], *, folder: int | str | None = None
    ) -> list[int]:
        """Upload files."""
        uploads = progress(files, "Uploading", len(files))
        return [self._client.documents.upload(path, folder=folder) for path in uploads]

    def download(self, id: int, *, output: Path | None = None) -> str:
        """Save a document."""
        return str(self._client.documents.download_file(id, output))


class Timer(Group):
    """own timesheets and their timers (Enterprise)"""

    def status(self, *, days: int = 0) -> Any:
        """Show the timesheets of today."""
        return self._client.timer.list(days=days)

    list_ = status

    def active(self) -> Any:
        """Show the running timers."""
        return self._client.timer.active()

    def start(self, kind: Kind, id: int) -> bool:
        """Start a timer."""
        getattr(self._client.timer, f"start_{kind}")(id)
        return True

    def stop(self, id: int | None = None) -> Any:
        """Stop a timesheet, or all."""
        if id is None:
            return self._client.timer.stop()
        self._client.timer.stop_timesheet(id)
        return True


class Security(Group):
    """groups and users for programs"""

    def create_groups(self) -> dict[str, int]:
        """Create the groups."""
        groups, warnings = self._client.security.create_groups()
        for warning in warnings:
            print(f"vodoo: {warning}", file=sys.stderr)
        return groups

    def assign_bot(
        self, user: int | str, groups: list[str], *, keep_default_groups: bool = False
    ) -> bool:
        """Add a user to groups."""
        user_id = self._user_id(user)
        found = self._client.security.get_group_ids(groups)
        missing = sorted(set(groups) - found.keys())
        if missing:
            raise RecordNotFoundError(
                "res.groups", message=f"there are no groups named {', '.join(missing)}"
            )
        return self._client.security.assign(
            user_id, found.values(), remove_default_groups=not keep_default_groups
        )

    def create_user(self, name: str, login: str, *, email: str | None = None) -> Record:
        """Create a user."""
        user_id, password = self._client.security.create_user(name, login, email=email)
        return {"id": user_id, "login": login, "password": str(password)}

    def set_password(self, user: int | str) -> Record:
        """Set a new password."""
        password = self._client.security.set_password(self._user_id(user))
        return {"password": str(password)}
