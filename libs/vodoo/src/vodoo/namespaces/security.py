# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Groups and users for programs, with only the rights they need."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._errors import RecordNotFoundError, UserNotFoundError
from .._runners import awaited
from .._runners.sync import blocking
from .._secret import Secret
from .._values import Cmd, Record
from .base import Namespace

READ, EDIT, FULL = "r", "rwc", "rwcd"


def _group(**models: str) -> dict[str, str]:
    """Return the rights of a group on each model."""
    rights = {"read": READ, "edit": EDIT, "full": FULL}
    return {m: rights[level] for level in models for m in models[level].split()}


#: group: {model: rights}
GROUPS: Mapping[str, Mapping[str, str]] = {
    "API Mail Gateway": _group(
        read="mail.message.subtype mail.alias ir.model res.users",
        edit="mail.message mail.thread ir.attachment res.partner",
    ),
    "API Base": _group(
        read="ir.model ir.model.fields mail.activity.type mail.message.subtype "
        "res.company res.country res.currency res.users",
        edit="ir.attachment mail.followers mail.message res.partner",
        full="mail.activity",
    ),
    "API CRM": _group(
        read="crm.lost.reason crm.stage crm.team utm.campaign utm.medium utm.source",
        edit="crm.lead crm.tag",
    ),
    "API Project": _group(
        read="account.analytic.account project.task.type project.update",
        edit="project.milestone project.project project.task",
        full="account.analytic.line project.tags",
    ),
    "API Knowledge": _group(
        read="knowledge.article.member knowledge.cover", edit="knowledge.article"
    ),
    "API Helpdesk": _group(
        read="helpdesk.sla helpdesk.stage helpdesk.team helpdesk.ticket.type",
        edit="helpdesk.tag helpdesk.ticket",
    ),
}

DEFAULT_GROUPS = ("group_user", "group_portal")
PASSWORD_LENGTH = 24


def access_values(name: str, model_id: int, group_id: int, rights: str) -> Record:
    """Return the values of an access line."""
    return {
        "name": name,
        "model_id": model_id,
        "group_id": group_id,
        "perm_read": "r" in rights,
        "perm_write": "w" in rights,
        "perm_create": "c" in rights,
        "perm_unlink": "d" in rights,
    }


class SecurityBase(Namespace):
    async def _ids_by(
        self, model: str, field: str, values: Iterable[str]
    ) -> dict[str, int]:
        records = await self._search_read(
            model, [[field, "in", list(values)]], [field], order="id desc"
        )
        return {record[field]: record["id"] for record in records}

    async def _ensure_access(
        self,
        group: str,
        group_id: int,
        rights: Mapping[str, str],
        models: Mapping[str, int],
    ) -> None:
        existing = await self._search_read(
            "ir.model.access", [["group_id", "=", group_id]], ["model_id"]
        )
        covered = {record["model_id"][0] for record in existing}
        lines = [
            access_values(f"{group}: {model}", model_id, group_id, rights[model])
            for model, model_id in models.items()
            if model_id not in covered
        ]
        if lines:
            await awaited(self.client.create("ir.model.access", lines))

    async def _groups_field(self) -> str:
        """Return ``group_ids`` (since Odoo 19) or ``groups_id``."""
        known = await self._fields_get(
            "res.users", ["group_ids", "groups_id"], ["type"]
        )
        return "group_ids" if "group_ids" in known else "groups_id"


class AsyncSecurity(SecurityBase):
    """Create groups and users for programs."""

    async def create_groups(self) -> tuple[dict[str, int], Sequence[str]]:
        """Create the groups of ``GROUPS`` with rights on the installed models.

        Return the ids by name, and warnings. Existing groups and rights do not change.
        """
        wanted = {model for rights in GROUPS.values() for model in rights}
        models = await self._ids_by("ir.model", "model", wanted)
        groups = await self._ids_by("res.groups", "name", GROUPS)
        notes = []
        for group, rights in GROUPS.items():
            installed = {model: models[model] for model in rights if model in models}
            missing = sorted(rights.keys() - installed.keys())
            if missing:
                notes.append(f"{group}: not installed: {', '.join(missing)}")
            if group not in groups:
                groups[group] = await self._create("res.groups", {"name": group})
            await self._ensure_access(group, groups[group], rights, installed)
        return groups, notes

    async def get_group_ids(self, group_names: Iterable[str]) -> dict[str, int]:
        """Return the ids of the groups that exist, by name; warn about the others."""
        names = tuple(group_names)
        found = await self._ids_by("res.groups", "name", names)
        missing = [name for name in names if name not in found]
        if missing:
            warnings.warn(
                f"there are no groups named {', '.join(missing)}", stacklevel=2
            )
        return found

    async def assign(
        self,
        user_id: int,
        group_ids: Iterable[int],
        *,
        remove_default_groups: bool = True,
    ) -> bool:
        """Add a user to groups, and remove the groups of employees and portal users.

        Odoo may add one of them again: a user that logs in needs a kind.
        """
        commands: Any = []
        if remove_default_groups:
            domain = [["module", "=", "base"], ["name", "in", list(DEFAULT_GROUPS)]]
            defaults = await self._search_read("ir.model.data", domain, ["res_id"])
            commands = [Cmd.unlink(record["res_id"]) for record in defaults]
        commands = [*commands, *(Cmd.link(group_id) for group_id in group_ids)]
        field = await self._groups_field()
        return await self._write(
            "res.users", [user_id], {field: commands}, idempotent=True
        )

    async def resolve_user(
        self, *, user_id: int | None = None, login: str | None = None
    ) -> int:
        """Return the id of the user given by id or by login.

        :raises ValueError: unless exactly one is given.
        :raises UserNotFoundError: (a ValueError) if the user does not exist.
        """
        if (user_id is None) == (login is None):
            raise ValueError("give either user_id or login")
        condition = ["id", "=", user_id] if login is None else ["login", "=", login]
        ids = await self._search(
            "res.users", [condition], context={"active_test": False}
        )
        if not ids:
            raise UserNotFoundError(
                "res.users", user_id, f"there is no user {login or user_id!r}"
            )
        return ids[0]

    async def create_user(
        self,
        name: str,
        login: str,
        password: str | None = None,
        email: str | None = None,
    ) -> tuple[int, str]:
        """Create a user without groups; return the id and the password."""
        password = Secret(password or new_password())
        field = await self._groups_field()
        values = {
            "name": name,
            "login": login,
            "password": password,
            "email": email or login,
            field: [Cmd.clear()],
        }
        context = {"no_reset_password": True}
        return await self._create("res.users", values, context), password

    async def set_password(self, user_id: int, password: str | None = None) -> str:
        """Set a new password, by default a random one, and return it."""
        password = Secret(password or new_password())
        values = {"password": password}
        await self._write("res.users", [user_id], values, idempotent=True)
        return password

    async def get_user(self, user_id: int) -> Record:
        """Return a user.

        :raises RecordNotFoundError: if it does not exist.
        """
        field = await self._groups_field()
        users = await self._read(
            "res.users",
            [user_id],
            ["id", "name", "login", "email", "active", "partner_id", field],
        )
        if not users:
            raise RecordNotFoundError("res.users", user_id)
        return users[0]


class Security(SecurityBase):
    """Create groups and users for programs."""

    create_groups = blocking(AsyncSecurity.create_groups)
    get_group_ids = blocking(AsyncSecurity.get_group_ids)
    assign = blocking(AsyncSecurity.assign)
    resolve_user = blocking(AsyncSecurity.resolve_user)
    create_user = blocking(AsyncSecurity.create_user)
    set_password = blocking(AsyncSecurity.set_password)
    get_user = blocking(AsyncSecurity.get_user)


def new_password() -> str:
    """Return a random password."""
    return secrets.token_urlsafe(PASSWORD_LENGTH)[:PASSWORD_LENGTH]
