# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors of the client for the answers of servers."""

from __future__ import annotations

import ast
import inspect
import os
import pickle
import sys
from pathlib import Path

import pytest
from vodoo import Outcome, TransportError
from vodoo import exceptions as errors
from vodoo._server_errors import (
    ERROR_BY_EXCEPTION,
    ERROR_BY_STATUS,
    error_class_of,
    redact,
    server_error,
    status_error,
)


def exceptions_of_odoo() -> list[str]:
    """Return the names in ``odoo.exceptions``, read without importing Odoo."""
    candidates = [os.environ.get("CONNECTOR_ODOO_PATH", ""), *sys.path]
    for folder in candidates:
        file = Path(folder) / "odoo" / "exceptions.py"
        if folder and file.is_file():
            tree = ast.parse(file.read_text())
            return [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    pytest.skip("NO ODOO, NOT TESTED: odoo.exceptions not found")


def test_every_exception_of_odoo_has_an_error() -> None:
    for name in exceptions_of_odoo():
        assert f"odoo.exceptions.{name}" in ERROR_BY_EXCEPTION, name


def test_every_exception_and_status_gives_an_error() -> None:
    for name, expected in ERROR_BY_EXCEPTION.items():
        if not name.endswith("."):
            assert type(server_error(0, {"name": name, "message": "x"})) is expected
    assert error_class_of("psycopg2.errors.SomethingNew", "") is errors.OdooServerError
    assert error_class_of("somebody.elses.Error", "") is errors.OdooServerError
    assert error_class_of("", "") is errors.OdooServerError


@pytest.mark.parametrize(
    ("name", "message", "expected"),
    [
        # the texts of Odoo 14 and Odoo 19
        (
            "odoo.exceptions.UserError",
            "Object a.b doesn't exist",
            errors.UnknownModelError,
        ),
        (
            "werkzeug.exceptions.NotFound",
            "the model 'a.b' does not exist",
            errors.UnknownModelError,
        ),
        (
            "builtins.AttributeError",
            "type object 'a.b' has no attribute 'c'",
            errors.UnknownMethodError,
        ),
        (
            "builtins.AttributeError",
            "The method 'a.b.c' does not exist",
            errors.UnknownMethodError,
        ),
        (
            "builtins.AttributeError",
            "'bool' object has no attribute 'id'",
            errors.OdooServerError,
        ),
    ],
)
def test_unknown_models_and_methods_are_distinguished_from_bugs(
    name: str, message: str, expected: type[Exception]
) -> None:
    assert error_class_of(name, message) is expected


def test_every_status_gives_an_error() -> None:
    for status in range(200, 600):
        error = status_error(status, "text/html", "<p>x</p>")
        assert type(error) is ERROR_BY_STATUS.get(status, errors.ProtocolError)
        if 400 <= status < 500 and status != 408:
            assert error.outcome is Outcome.NOT_DONE
        if status >= 500:
            assert error.outcome is Outcome.UNKNOWN


def test_the_diagram_shows_each_error_of_the_tree() -> None:
    picture = inspect.getdoc(errors) or ""
    for name, found in vars(errors).items():
        if isinstance(found, type) and issubclass(found, Exception):
            assert name in picture, name


def test_errors_carry_what_is_known_and_hide_the_traceback() -> None:
    found = {"name": "odoo.exceptions.UserError", "message": "No!", "debug": "Trace"}
    error = server_error(200, found)
    assert isinstance(error, errors.OdooUserError)
    assert (error.message, error.code, error.name) == ("No!", 200, found["name"])
    assert error.server_traceback == "Trace"
    assert "Trace" not in f"{error} {error!r} {error.data}"


def test_errors_survive_pickling() -> None:
    error = server_error(0, {"name": "odoo.exceptions.MissingError", "message": "Gone"})
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.data) == (type(error), "Gone", error.data)
    missing = errors.RecordNotFoundError("res.partner", 5)
    again = pickle.loads(pickle.dumps(missing))
    assert (again.model, again.record_id, str(again)) == (
        "res.partner",
        5,
        str(missing),
    )


def test_published_relations_of_errors() -> None:
    for child, parent in {
        errors.OdooUserError: errors.TransportError,
        errors.OdooAccessDeniedError: errors.OdooUserError,
        errors.OdooAccessError: errors.OdooUserError,
        errors.OdooMissingError: errors.OdooUserError,
        errors.OdooValidationError: errors.OdooUserError,
        errors.TransportError: errors.VodooError,
    }.items():
        assert issubclass(child, parent)
    assert TransportError("x").code == -1
    assert issubclass(errors.RequestTimeoutError, TimeoutError)


def test_an_echoed_secret_is_blotted_out() -> None:
    error = TransportError("it is s3cr3t-key!", data={"arguments": ["s3cr3t-key"]})
    redact(error, ["s3cr3t-key"])
    assert "s3cr3t" not in f"{error} {error!r} {error.data}"
    assert (
        str(redact(TransportError("the administrator"), ["admin"]))
        == "the administrator"
    )
