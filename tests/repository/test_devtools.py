# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The pure parts of ./dev, and its clear words about what is missing."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from devtools import postgres
from devtools.addons import Addon, close_over, outside_dependencies, select_for_tests
from devtools.bootstrap import COMMANDS
from devtools.commands.test import select_addons, select_long, split_arguments
from devtools.debian_archive import (
    choose_mirror,
    parse_dependencies,
    parse_template,
)
from devtools.demo.compared_models import ComparedModel
from devtools.demo.comparison import find_differences, translate
from devtools.demo.jobs import are_all_settled, describe_states
from devtools.demo.report import find_problems
from devtools.demo.source_records import partner_values
from devtools.environment import CLONE
from devtools.errors import SetupError
from devtools.home import Home, digest
from devtools.installation import summarise_log
from devtools.odoo_14 import choose_needed
from devtools.odoo_source import check_checkout
from devtools.processes import advise, find_free_port, run_logged
from devtools.progress import Bar, format_table

# -- the cache folder ---------------------------------------------------------


def test_folder_is_made_once(tmp_path):
    made = []
    for _ in range(2):
        Home(tmp_path).ensure_folder("thing", "a thing", made.append)
    assert made == [tmp_path / "thing"]


def test_folder_that_was_interrupted_is_made_again_from_nothing(tmp_path):
    def fail(folder):
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Home(tmp_path).ensure_folder("thing", "a thing", fail)
    folder = Home(tmp_path).ensure_folder(
        "thing", "a thing", lambda folder: (folder / "whole").touch()
    )
    assert sorted(path.name for path in folder.iterdir()) == [".ready", "whole"]


def test_lack_of_disk_space_is_told_before_anything_is_made(tmp_path):
    with pytest.raises(SetupError, match="needs 99999999999 MB .* only .* MB are free"):
        Home(tmp_path).ensure_folder("thing", "a thing", pytest.fail, 99999999999)


def test_two_processes_do_not_make_the_same_folder_at_once(tmp_path):
    script = (
        "import sys, time; from pathlib import Path; from devtools.home import Home\n"
        "make = lambda folder: (time.sleep(1), (folder / 'pid').open('x').close())\n"
        "Home(Path(sys.argv[1])).ensure_folder('thing', 'a thing', make)"
    )
    command = [sys.executable, "-c", script, tmp_path]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    outputs = [process.communicate(timeout=30)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum("a thing ..." in output for output in outputs) == 1
    assert sum("waiting: another ./dev" in output for output in outputs) == 1


def test_lock_is_held_as_long_as_a_program_that_was_started_under_it(tmp_path):
    script = (
        "import os, sys; from pathlib import Path; from devtools.home import Home\n"
        "from devtools.processes import run_logged\n"
        "home = Home(Path(sys.argv[1]))\n"
        "with home.lock('set-up'):\n"
        "    run_logged(['sh', '-c', 'sleep 1.5 & kill -9 $PPID'], home.path / 'log')"
    )
    killed = subprocess.run([sys.executable, "-c", script, tmp_path])
    assert killed.returncode == -9
    started = time.monotonic()
    with Home(tmp_path).lock("set-up"):
        assert time.monotonic() - started > 0.5


def test_home_is_named_by_its_variable_or_below_the_users_caches(tmp_path):
    named = Home.from_environ({"CONNECTOR_HOME": str(tmp_path / "a")})
    assert named.path == tmp_path / "a"
    cached = Home.from_environ({"XDG_CACHE_HOME": str(tmp_path)})
    assert cached.path == tmp_path / "connector-suite"


def test_home_that_cannot_be_made_is_told():
    with pytest.raises(SetupError, match="cannot be made.*\n.*CONNECTOR_HOME"):
        Home.from_environ({"CONNECTOR_HOME": "/proc/nowhere/home"})


def test_digest_depends_on_all_parts():
    assert digest("a", "b") == digest("a", "b") != digest("ab")


# -- other programs -----------------------------------------------------------


def test_failed_program_is_told_with_the_end_of_its_output(tmp_path):
    command = [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"]
    with pytest.raises(SetupError, match="exit code 3:\n.*\n *the reason\n"):
        run_logged(command, tmp_path / "log")


@pytest.mark.parametrize(
    "output, advice",
    [
        ("Temporary failure resolving 'deb.example'", "network"),
        ("NewConnectionError: [Errno 101] Network is unreachable", "network"),
        ("npm ERR! code EAI_AGAIN", "network"),
        ("tar: write error: No space left on device", "disk is full"),
    ],
)
def test_usual_reasons_are_named(output, advice):
    assert advice in advise(output)


def test_no_reason_is_made_up():
    assert advise("SyntaxError: invalid syntax") == ""


def test_started_program_ends_with_the_one_that_started_it(tmp_path):
    script = (
        "import os, sys, time; from pathlib import Path\n"
        "from devtools.processes import start_session\n"
        "child = start_session([sys.executable, '-c', 'import time; time.sleep(60)'],"
        " Path(sys.argv[1]), os.environ)\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, tmp_path / "log"],
        stdout=subprocess.PIPE,
        text=True,
    )
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    for _ in range(100):
        status = Path(f"/proc/{child}/status")
        if not status.exists() or "State:\tZ" in status.read_text():
            return
        subprocess.call(["sleep", "0.05"])
    pytest.fail("the child lives on")


# -- Odoo ---------------------------------------------------------------------


def test_folder_without_odoo_is_refused(tmp_path):
    with pytest.raises(SetupError, match="no odoo/release.py was found"):
        check_checkout(tmp_path)


def test_odoo_of_another_series_is_refused(tmp_path):
    (tmp_path / "odoo").mkdir()
    release = "version_info = (18, 0, 0, FINAL, 0, '')\n"
    (tmp_path / "odoo" / "release.py").write_text(release)
    with pytest.raises(SetupError, match="is Odoo 18.0.0; sought is 19.0"):
        check_checkout(tmp_path)


def test_mirror_is_the_one_from_which_the_machine_takes_debian():
    targets = (
        "Google stable https://packages.example/apt/\n"
        "Debian stable-security http://security.example/debian-security/\n"
        "Debian stable http://mirror.example/debian/\n"
    )
    assert choose_mirror(targets) == "http://mirror.example/debian/"


def test_no_mirror_is_taken_from_other_distributions():
    assert choose_mirror("Ubuntu noble http://archive.example/ubuntu/\n") is None


def test_mirror_is_read_from_the_description_of_the_distribution():
    template = (
        "Suite: buster/updates\nBaseURI: http://security.example/\n\n"
        "Suite: bookworm\nRepositoryType: deb\nBaseURI: http://mirror.example/debian\n"
    )
    assert parse_template(template) == "http://mirror.example/debian"
    assert parse_template("Suite: bookworm\n") is None


def test_dependencies_are_read_without_versions_and_alternatives():
    description = (
        "Package: odoo-14\nPre-Depends: init-system-helpers (>= 1.54~)\n"
        "Depends: python3-babel, python3:any, postgresql-client | pgclient, "
        "adduser (>= 3.1), wkhtmltopdf\nRecommends: postgresql\n"
    )
    assert parse_dependencies(description) == [
        *("python3-babel", "python3", "postgresql-client", "adduser", "wkhtmltopdf")
    ]
    assert parse_dependencies("Package: libc6\n") == []


def test_odoo_14_takes_what_serves_and_nothing_that_draws_or_prints():
    asked = ["python3-lxml", "python3-pydot", "wkhtmltopdf", "libjs-jquery", "adduser"]
    assert choose_needed(asked) == ["python3-lxml", "libjs-jquery"]


def test_summary_of_a_log_has_problems_and_their_tracebacks_only():
    log = (
        "2026-01-01 10:00:00,000 1 INFO db odoo: all is well\n"
        "2026-01-01 10:00:01,000 1 ERROR db odoo: it broke\n"
        "Traceback (most recent call last):\n"
        "2026-01-01 10:00:02,000 1 INFO db odoo: bye\n"
    )
    summary = summarise_log(log)
    assert "it broke" in summary and "Traceback" in summary
    assert "all is well" not in summary and "bye" not in summary


# -- the database server ------------------------------------------------------


def test_server_that_does_not_answer_is_told(monkeypatch):
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", str(find_free_port()))
    with pytest.raises(SetupError, match="PGHOST=127.0.0.1.*does not let us in"):
        postgres.check_server()


def test_user_who_may_not_create_databases_is_told(monkeypatch):
    role = f"cs_poor_{os.getpid()}"
    connection = postgres.connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'poor'")
            monkeypatch.setenv("PGUSER", role)
            monkeypatch.setenv("PGPASSWORD", "poor")
            with pytest.raises(SetupError, match=f"user {role} may not create"):
                postgres.check_server()
            cursor.execute(f"DROP ROLE {role}")
    finally:
        connection.close()


# -- the addons ---------------------------------------------------------------


def addon(name, *depends, is_test_only=False):
    return Addon(name, Path("/clone") / name, depends, is_test_only)


FAMILY = {
    one.name: one
    for one in (
        addon("low", "web"),
        addon("high", "low", "mail"),
        addon("test_low", "low", is_test_only=True),
        addon("test_high", "high", is_test_only=True),
    )
}


def test_dependencies_of_the_clone_come_along():
    assert close_over(FAMILY, ["high"]) == {"high", "low"}
    assert outside_dependencies(FAMILY, {"high", "low"}) == {"mail", "web"}


def test_test_addons_come_along_when_they_need_nothing_else():
    assert select_for_tests(FAMILY, ["low"]) == {"low", "test_low"}
    assert select_for_tests(FAMILY, ["high"]) == set(FAMILY)


def test_tests_outside_of_addons_need_all_addons():
    assert select_addons(Path("/clone"), FAMILY, ["/clone/tests/x.py"]) == set(FAMILY)
    chosen = select_addons(Path("/clone"), FAMILY, ["/clone/low/tests/x.py::test_a"])
    assert chosen == {"low", "test_low"}


def test_arguments_of_pytest_pass_through(tmp_path):
    (tmp_path / "low" / "tests").mkdir(parents=True)
    arguments = ["low", "-k", "cache", "low/tests::test_a", "--maxfail=1"]
    paths, options = split_arguments(tmp_path, FAMILY, arguments)
    assert paths == ["/clone/low", f"{tmp_path}/low/tests::test_a"]
    assert options == ["-k", "cache", "--maxfail=1"]


def test_long_tests_run_when_they_are_asked_for():
    assert select_long(["-x"]) == ["-x", "-m", "not long"]
    assert select_long(["--long", "-x"]) == ["-x"]
    assert select_long(["-m", "long"]) == ["-m", "long"]


# -- the demo -----------------------------------------------------------------


MODEL = ComparedModel(
    "res.partner",
    plain=("name",),
    imported={"parent_id": "res.partner", "category_id": "category"},
    known={"country_id": "res.country"},
)


def test_relations_are_compared_by_the_ids_of_the_source():
    row = {"name": "A", "parent_id": 7, "category_id": [5, 4], "country_id": 2}
    values = translate(
        row,
        MODEL,
        {"res.partner": {7: 70}, "category": {4: 41, 5: 40}},
        {"res.country": {2: "BE"}},
    )
    assert values == {
        "name": "A",
        "parent_id": 70,
        "category_id": [40, 41],
        "country_id": "BE",
    }


def test_relation_to_what_was_not_imported_differs_from_any_id():
    row = {"name": "A", "parent_id": 7, "category_id": [], "country_id": False}
    values = translate(row, MODEL, {"res.partner": {}, "category": {}}, {})
    assert values["parent_id"] == -7
    assert values["country_id"] is False


def test_differences_are_values_and_records():
    source = {1: {"name": "A"}, 2: {"name": "B"}}
    target = {1: {"name": "Z"}, 3: {"name": "C"}}
    told = [(d.external_id, d.field) for d in find_differences("m", source, target)]
    assert told == [(1, "name"), (2, "record"), (3, "record")]
    assert find_differences("m", source, source) == []


def test_jobs_are_waited_for_until_all_are_settled():
    assert not are_all_settled({})
    assert not are_all_settled({"done": 2, "pending": 1})
    assert are_all_settled({"done": 2, "failed": 1})
    assert describe_states({"done": 2, "pending": 1, "started": 3}) == (
        "1 pending, 3 started"
    )


@pytest.mark.parametrize(
    "run, problem",
    [
        ({"state": "failed", "found_count": 3}, "is failed"),
        ({"state": "running", "found_count": 3}, "is running"),
        ({"state": "done", "found_count": 0}, "nothing was found"),
    ],
)
def test_import_that_is_no_success_is_told(run, problem):
    (told,) = find_problems([{"model_name": "m", **run}], [])
    assert problem in told


def test_import_that_did_nothing_is_no_success():
    assert find_problems([], []) == ["no run was recorded"]
    assert find_problems([], ["x: y"])[0] == "job failed: x: y"


def test_extra_contacts_are_told_apart():
    refs = {partner_values(number, 1, 1)["ref"] for number in range(100)}
    assert len(refs) == 100


# -- what a person sees -------------------------------------------------------


def test_table_is_aligned():
    assert format_table(("model", "n"), [["a", 10], ["long", 5]]) == (
        "model   n\n-----  --\na      10\nlong    5"
    )


def test_bar_on_no_terminal_prints_a_line_for_each_tenth(capsys):
    bar = Bar("jobs", sys.stdout)
    for done in range(101):
        bar.show(done, 100)
    bar.close()
    assert len(capsys.readouterr().out.splitlines()) == 11


# -- the command line ---------------------------------------------------------


def run_dev(*arguments, **environ):
    return subprocess.run(
        [sys.executable, CLONE / "dev", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environ},
        timeout=60,
    )


def test_help_lists_every_command():
    shown = run_dev("--help").stdout
    for name in COMMANDS:
        assert f"\n  {name} " in shown


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name):
    done = run_dev(name, "--help")
    assert done.returncode == 0, done.stderr
    assert f"./dev {name}" in done.stdout


def test_unsuitable_python_is_explained():
    fake = "import sys; sys.version_info = (3, 9, 2); import runpy; "
    script = f"{fake}runpy.run_path({str(CLONE / 'dev')!r}, run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": "/nowhere"},
    )
    assert done.returncode == 1
    assert "Odoo 19 needs Python 3.10 to 3.13" in done.stderr
    assert "is Python 3.9" in done.stderr


def test_missing_case_of_benchmarks_is_told_with_those_there_are():
    done = run_dev("bench", "nonsense")
    assert done.returncode == 1
    assert "no case 'nonsense'" in done.stderr


def test_port_that_is_taken_is_told():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        done = run_dev("serve", "--port", port)
    assert done.returncode == 1
    assert f"port {port} of 127.0.0.1 cannot be used: another program" in done.stderr
