# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Check everything that a synchronization needs, and explain each problem."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import vodoo

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.connector.exception import ConnectorException, JobError
from odoo.addons.connector.models.backend import SOURCE_LANGUAGE
from odoo.addons.connector.servers import shorten

from .remote import RemoteOdoo

#: a person waits for the answer
SETTINGS = {"timeout": 15, "retry": vodoo.RetryConfig(max_retries=0)}
#: characters of a remote text, or of an error, that are shown
QUOTED_LENGTH = 200
NAME_LENGTH = 80


def check_connection(backend: models.BaseModel) -> str:
    """Return a message that names the remote user.

    :raise UserError: lists all problems that prevent a synchronization
    """
    # every Odoo has this language; the backend's is checked below
    in_english = backend.with_context(lang=SOURCE_LANGUAGE)
    with closing(RemoteOdoo(in_english, **SETTINGS)) as remote:
        try:
            rows = remote.call("res.users", "read", [remote.uid], ["name", "login"])
            user = rows[0]
        except (ConnectorException, JobError, IndexError) as error:
            raise UserError(explain(backend, error)) from error
        user = {name: quote(user.get(name), NAME_LENGTH) for name in ("name", "login")}
        problems = [
            *_login_problems(backend, user),
            *_language_problems(backend, remote),
            *_model_problems(backend, remote),
        ]
    if problems:
        raise UserError("\n".join(problems))
    return backend.env._(
        "Connected to %(url)s as %(name)s (%(login)s).",
        url=backend.url,
        name=user["name"],
        login=user["login"],
    )


def quote(value: object, length: int = QUOTED_LENGTH) -> str:
    """Return the beginning of a remote text, in one line."""
    return shorten(str(value), length)


def identify(error: BaseException) -> str:
    """Return the reason of an error, without the answer of another service.

    A user who sets up a backend may enter the address of any server in our network.
    They may see which server it is, and nothing else of its answer.
    """
    cause: BaseException | None = error
    while cause is not None:
        if service := getattr(cause, "answered_by", None):
            return service
        if isinstance(cause, vodoo.ProtocolError):
            return "the answer has another form"
        cause = cause.__cause__
    return quote(error)


def explain(backend: models.BaseModel, error: Exception) -> str:
    """Return an explanation of a login error, with what to do."""
    env = backend.env
    error = error.__cause__ if isinstance(error.__cause__, vodoo.VodooError) else error
    values = {
        "url": backend.url,
        "database": backend.database,
        "login": backend.login,
        "reason": identify(error),
    }
    if not isinstance(error, vodoo.VodooError):  # like Odoo, but without a user
        return env._(
            "The server at %(url)s is not an Odoo server. Correct the address.",
            **values,
        )
    if isinstance(error, vodoo.ConnectionFailedError):
        return _explain_obstacle(backend, error)
    if isinstance(error, vodoo.DatabaseNotFoundError):
        return env._(
            "The Odoo at %(url)s has no database %(database)s. Correct the database; "
            "its name is on the page that lets you choose one at the login.",
            **values,
        )
    if isinstance(error, vodoo.ConfigurationError):
        return env._("This cannot work: %(reason)s.", **values)
    if isinstance(error, vodoo.AuthenticationError):
        return env._(
            "%(url)s refuses the login %(login)s. Correct the login, or create a new "
            "API key there, in the preferences of this user.\n\nDetails: %(reason)s",
            **values,
        )
    if isinstance(error, vodoo.ProtocolError):
        return env._(
            "The server at %(url)s is not an Odoo server: %(reason)s. Correct the "
            "address.",
            **values,
        )
    return _explain_silence(backend, error, values)


def _explain_silence(
    backend: models.BaseModel, error: vodoo.VodooError, values: dict[str, str]
) -> str:
    env = backend.env
    if isinstance(error, vodoo.RequestTimeoutError):
        return env._(
            "%(url)s does not answer in time. Is the address right, or does a firewall "
            "block the connection?",
            **values,
        )
    return env._("%(url)s cannot be used: %(reason)s", **values)


def _explain_obstacle(
    backend: models.BaseModel, error: vodoo.ConnectionFailedError
) -> str:
    env, values = backend.env, {"url": backend.url, "reason": identify(error)}
    if error.obstacle == "name":
        return env._(
            "No server has the name in %(url)s. Correct the address.", **values
        )
    if error.obstacle == "refused":
        return env._(
            "Nothing answers at %(url)s. Is the other Odoo running, and is the port "
            "in the address right?",
            **values,
        )
    if error.obstacle == "tls":
        return env._(
            "There is no secure connection to %(url)s: %(reason)s. Replace the "
            "certificate of that server, or correct the address: https:// is for "
            "servers with a certificate, http:// for those without.",
            **values,
        )
    return env._("%(url)s cannot be reached: %(reason)s", **values)


def _login_problems(backend: models.BaseModel, user: dict) -> Iterator[str]:
    """Report an API key of another user: the key, not the login, identifies us."""
    if user["login"] != backend.login:
        yield backend.env._(
            "The API key is that of %(name)s (%(key_login)s), not of %(login)s. "
            "Correct the login, or the key.",
            name=user["name"],
            key_login=user["login"],
            login=backend.login,
        )


def _language_problems(backend: models.BaseModel, remote: RemoteOdoo) -> Iterator[str]:
    """Report a language that the other Odoo lacks: it refuses calls in it."""
    if backend.lang in (False, SOURCE_LANGUAGE):
        return
    try:
        known = remote.call("res.lang", "search_count", [("code", "=", backend.lang)])
    except (ConnectorException, JobError):
        return  # a user without access to languages sees it in the first import
    if not known:
        yield backend.env._(
            "The other Odoo does not have the language %(language)s (%(code)s). Add it "
            "there, or choose another language for %(backend)s.",
            language=dict(backend._select_lang()).get(backend.lang, backend.lang),
            code=backend.lang,
            backend=backend.display_name,
        )


def _model_problems(backend: models.BaseModel, remote: RemoteOdoo) -> Iterator[str]:
    """Report the chosen models that cannot be synchronized."""
    exported = backend._exported_models()
    for binding_model in dict.fromkeys([*backend._imported_models(), *exported]):
        operations = ["read"]
        if binding_model in exported:
            operations += ["create", "write"]
            operations += ["unlink"] if backend.export_deletions else []
        yield from _check_model(backend, remote, binding_model, operations)


def _check_model(
    backend: models.BaseModel,
    remote: RemoteOdoo,
    binding_model: str,
    operations: list[str],
) -> Iterator[str]:
    env = backend.env
    model = env["ir.model"]._get(env[binding_model]._fields["odoo_id"].comodel_name)
    values = {"name": model.name, "model": model.model, "login": backend.login}
    try:
        refused = [
            operation
            for operation in operations
            if not remote.call(
                model.model, "check_access_rights", operation, raise_exception=False
            )
        ]
    except (ConnectorException, JobError) as error:
        if not isinstance(error.__cause__, vodoo.UnknownModelError):
            reason = identify(error)
            yield env._("%(name)s (%(model)s): %(reason)s", reason=reason, **values)
            return
        yield env._(
            "%(name)s (%(model)s) does not exist in the other Odoo: install the module "
            "%(module)s there, or do not synchronize it.",
            module=env[model.model]._original_module,
            **values,
        )
    else:
        if refused:
            yield env._(
                "In the other Odoo, %(login)s may not %(operations)s %(name)s "
                "(%(model)s). Give this user the rights, or do not synchronize it.",
                operations=", ".join(refused),
                **values,
            )
