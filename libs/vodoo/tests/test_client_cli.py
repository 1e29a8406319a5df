# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from vodoo import FieldParsingError, Markdown
from vodoo import exceptions as errors
from vodoo.cli import exit_code_of, main
from vodoo.cli.output import plain
from vodoo.cli.parser import build_parser, normalized
from vodoo.cli.words import parse_assignments, parse_domain, values_of
from vodoo_support.odoo_server import OdooServer

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    odoo: OdooServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a command line against the real Odoo: exit code, output, error output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = {"URL": odoo.url, "DATABASE": odoo.database, "USERNAME": "admin"}
    for name, value in {**settings, "PASSWORD": odoo.api_key()}.items():
        monkeypatch.setenv(f"ODOO_{name}", value)

    def run(*words: str) -> tuple[int, str, str]:
        code = main(words)
        return (code, *capsys.readouterr())

    return run


def test_any_model_from_create_to_delete(run: Run) -> None:
    code, output, _error = run("res.partner", "create", "name=Ada", "is_company=yes")
    assert code == 0
    partner = output.strip()
    run("res.partner", "update", partner, "color=3", "comment=**b**")
    run("res.partner", "update", partner, "color*=2")
    fields = "--fields=name,is_company,color,comment"
    code, output, _error = run("res.partner", "read", partner, fields, "--json")
    assert json.loads(output) == {
        "id": int(partner),
        "name": "Ada",
        "is_company": True,
        "color": 6,
        "comment": "<p><strong>b</strong></p>",
    }
    assert run("res.partner", "delete", partner)[0] == 0
    code, _output, error = run("res.partner", "read", partner)
    assert (code, error) == (5, f"vodoo: no record res.partner({partner})\n")


def test_search_prints_a_table_json_or_lines(run: Run) -> None:
    domain = '[["code", "in", ["BE", "FR"]]]'
    words = ("res.country", "search", domain, "--fields=code,name", "--order=code")
    code, output, _error = run(*words)
    assert code == 0
    assert "┃ code ┃ name" in output
    assert json.loads(run(*words, "--json")[1])[0]["code"] == "BE"
    lines = run("--simple", *words)[1].splitlines()
    assert [line.split("\t")[1:] for line in lines] == [
        ["code", "name"],
        ["BE", "Belgium"],
        ["FR", "France"],
    ]
    assert run("res.country", "count", domain)[1] == "2\n"


def test_a_method_is_called_with_arguments_by_position_and_name(run: Run) -> None:
    words = ("res.country", "call", "search", '[["code", "=", "BE"]]')
    (country,) = json.loads(run("--json", *words, "--kwargs", '{"limit": 1}')[1])
    assert run("res.country", "read", str(country), "--fields=code", "--json")[0] == 0


def test_export_and_import(run: Run, tmp_path: Path) -> None:
    mark = secrets.token_hex(4)
    rows = [{"name": f"{mark} {number}"} for number in range(3)]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    code, output, _error = run("--json", "res.partner", "import", str(file))
    assert (code, json.loads(output)) == (0, {"created": 3})
    domain = json.dumps([["name", "like", mark]])
    output = run("res.partner", "export", domain, "--fields=name")[1]
    assert [json.loads(line)["name"] for line in output.splitlines()] == [
        row["name"] for row in rows
    ]
    file.write_text('{"name": false}\n')
    code, _output, error = run("res.partner", "import", str(file))
    assert code == 6
    assert "1 rows" in error


def test_commands_of_the_namespaces_do_what_their_methods_do(
    run: Run, tmp_path: Path
) -> None:
    lead = run("crm", "create", "Deal", "expected_revenue=100.5")[1].strip()
    assert run("crm", "set", lead, "expected_revenue+=0.5") == (0, "True\n", "")
    shown = json.loads(run("--json", "crm", "show", lead)[1])
    assert shown["expected_revenue"] == 101
    assert run("crm", "note", lead, "**hi**")[0] == 0
    assert "<strong>hi</strong>" in run("--json", "crm", "chatter", lead)[1]
    file = tmp_path / "plan.txt"
    file.write_text("x")
    assert run("crm", "attach", lead, str(file))[0] == 0
    assert run("crm", "download", lead)[1] == "plan (2).txt\n"
    assert run("crm", "url", lead)[1].strip().endswith(lead)
    assert json.loads(run("--json", "crm", "pipeline")[1])["count"] >= 1
    assert run("crm", "list", "--limit=1")[0] == 0
    project = run("model", "create", "project.project", "name=P")[1].strip()
    task = run("project-task", "create", "T", "--project", project)[1].strip()
    tag = run("project-task", "tag-create", secrets.token_hex(4))[1].strip()
    assert run("project-task", "tag", task, tag)[0] == 0
    code, output, _error = run(
        "activity", "schedule", "crm.lead", lead, "Call", "--deadline=2030-01-02"
    )
    assert run("activity", "done", output.strip(), "--feedback=ok")[0] == 0
    assert run("project", "stages", project)[0] == 0
    assert run("timer", "list", "--json")[1].startswith("[")


def test_security_and_config(run: Run) -> None:
    # A login of digits only would be read as an id.
    login = f"bot{secrets.token_hex(4)}"
    created = json.loads(run("--json", "security", "create-user", "Bot", login)[1])
    assert len(created["password"]) == 24
    assert json.loads(run("--json", "security", "create-groups")[1])["API Base"]
    assert run("security", "assign-bot", login, "API Base")[0] == 0
    changed = json.loads(run("--json", "security", "set-password", login)[1])
    assert changed["password"] != created["password"]
    tested = json.loads(run("--json", "config", "test")[1])
    assert tested == {"uid": 2, "transport": "JSON2Transport", "version": 19}
    assert "JSON2" not in run("config", "show")[1]


def test_each_error_has_an_exit_code(run: Run, monkeypatch: Any) -> None:
    assert run("no.such", "search")[0] == 5
    assert run("helpdesk", "list")[0] == 5
    assert run("res.partner", "create", "nonsense")[0] == 2
    assert run("res.partner", "search", "[[")[0] == 2
    code, _output, error = run("--debug", "res.partner", "search", '[["no","=",1]]')
    assert code == 6
    assert "Traceback" in error
    monkeypatch.setenv("ODOO_PASSWORD", "wrong")
    assert run("res.partner", "search")[0] == 3
    monkeypatch.setenv("ODOO_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ODOO_RETRY_BACKOFF", "0.01")
    assert run("res.partner", "search")[0] == 7
    monkeypatch.delenv("ODOO_PASSWORD")
    code, _output, error = run("res.partner", "search")
    assert code == 2
    assert "ODOO_PASSWORD" in error


def test_a_wrong_command_line_exits_with_2() -> None:
    with pytest.raises(SystemExit) as raised:
        main(["res.partner", "frobnicate"])
    assert raised.value.code == 2


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["res.partner", "search"], ["model", "search", "res.partner"]),
        (["crm", "list", "--json"], ["--json", "crm", "list"]),
        (
            ["-i", "test", "x.y", "read", "1"],
            ["-i", "test", "model", "read", "x.y", "1"],
        ),
        (["model", "read", "x.y", "1"], ["model", "read", "x.y", "1"]),
    ],
)
def test_a_model_may_stand_first(words: list[str], expected: list[str]) -> None:
    assert normalized(words) == expected
    build_parser(expected).parse_args(expected)


def test_assignments_follow_the_type_of_the_field() -> None:
    types = {
        "name": "char",
        "active": "boolean",
        "color": "integer",
        "credit": "monetary",
        "comment": "html",
        "parent_id": "many2one",
        "category_id": "many2many",
    }
    words = ["name=007=x", "active=no", "color=7", "credit=1.5", "comment=*x*"]
    words += ["parent_id=", "category_id=1,2"]
    assert values_of(parse_assignments(words), types) == {
        "name": "007=x",
        "active": False,
        "color": 7,
        "credit": 1.5,
        "comment": Markdown("*x*"),
        "parent_id": False,
        "category_id": [(6, 0, [1, 2])],
    }
    assert values_of(parse_assignments(["name=json:null"]), types) == {"name": None}
    changes = parse_assignments(["color+=3", "credit/=2"])
    current = {"color": 4, "credit": 3.0}
    assert values_of(changes, types, current) == {"color": 7, "credit": 1.5}


@pytest.mark.parametrize(
    "word", ["color", "color=x", "nosuch=1", "active=perhaps", "color/=0", "name+=1"]
)
def test_an_assignment_that_cannot_be_read_is_refused(word: str) -> None:
    types = {"color": "integer", "active": "boolean", "name": "char"}
    with pytest.raises(FieldParsingError):
        values_of(parse_assignments([word]), types, {"color": 1, "name": "x"})


def test_domains_are_json_or_python() -> None:
    assert parse_domain('[["a", "=", null]]') == [["a", "=", None]]
    assert parse_domain("[('a', '=', False)]") == [("a", "=", False)]
    assert parse_domain(None) == []
    with pytest.raises(FieldParsingError):
        parse_domain("{}")


def test_values_are_printed_for_people() -> None:
    assert plain([5, "Five"]) == "Five"
    assert plain([1, 2]) == "1, 2"
    assert plain(None) == ""


def test_every_error_has_an_exit_code_of_its_group() -> None:
    codes = {
        name: exit_code_of(getattr(errors, name)("x"))
        for name in dir(errors)
        if isinstance(getattr(errors, name), type)
        and issubclass(getattr(errors, name), errors.VodooError)
    }
    assert codes["OutcomeUnknownError"] == 8
    assert codes["OdooAccessDeniedError"] == 3
    assert codes["RequestTimeoutError"] == 7
    assert codes["OdooMissingError"] == 5
    assert set(codes.values()) == {1, 2, 3, 4, 5, 6, 7, 8}
