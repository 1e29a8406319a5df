# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Messages of ./dev."""

import os
import subprocess
import sys
import threading
import time

import pytest
from devtools.bootstrap import COMMANDS
from devtools.environment import CLONE
from devtools.errors import SetupError
from devtools.progress import Steps
from side_by_side import run_side_by_side
from text_output import Bar, format_table

# -- output --------------------------------------------------------------------


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


def test_steps_side_by_side_have_a_line_for_each_end(capsys):
    steps = Steps()
    steps.begin("alone", 30)
    steps.end("alone", "1 s")
    steps.begin("first")
    steps.begin("second")
    steps.end("first", "2 s")
    steps.end("second", "failed")
    assert capsys.readouterr().out.splitlines() == [
        "  alone (about 30 s) ... 1 s",
        "  first ... ",
        "  second ... ",
        "  first: 2 s",
        "  second: failed",
    ]


# -- the command line ----------------------------------------------------------


def run_dev(*arguments, **environ):
    return subprocess.run(
        [sys.executable, CLONE / "dev", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environ},
        timeout=300,
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


def test_without_a_command_the_help_is_shown():
    done = run_dev()
    assert done.returncode == 2
    assert "To try the connectors:" in done.stderr


@pytest.mark.parametrize(
    "words, message",
    [
        (["tets"], "there is no command 'tets'. Did you mean test? The commands are"),
        (["bench"], "no case was named. Name one of client, component"),
        (["demo", "--records", "-5"], "'-5' is not a number of contacts, such as"),
        (["serve", "my shop"], "'my shop' is not a name for a database: use letters"),
        (["docs", "--language", "xx"], "invalid choice: 'xx' (choose from"),
        (["readme", "--release", "nope"], "nope is not an addon: there is no"),
        (["serve", str(CLONE)], "To name an addon, use --addon FOLDER"),
        (["clean", "--al"], "unrecognized arguments: --al"),
        (["build", "--output", "/proc/x"], "cannot write to the output folder /proc/x"),
    ],
)
def test_wrong_arguments_are_refused_before_any_work(words, message):
    done = run_dev(*words)
    assert done.returncode in (1, 2)
    assert message in done.stderr
    assert done.stdout == ""


def test_help_of_clean_removes_nothing(tmp_path):
    kept = tmp_path / "kept"
    kept.touch()
    done = run_dev("clean", "--all", "--help", CONNECTOR_HOME=str(tmp_path))
    assert "remove the whole cache folder" in done.stdout
    assert kept.exists()


def test_output_may_be_cut_off(tmp_path):
    command = f"{CLONE / 'dev'} scaffold cut_off {tmp_path} | true"
    done = subprocess.run(
        ["bash", "-c", command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr
    assert (tmp_path / "cut_off").is_dir()


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


def test_error_of_an_unknown_benchmark_lists_the_existing_ones():
    done = run_dev("bench", "nonsense")
    assert done.returncode == 1
    assert "no case 'nonsense'" in done.stderr
    assert (
        "there are: client, component, events, mapper, operations, rest, sync."
        in done.stderr
    )


def test_used_port_is_reported():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        done = run_dev("serve", "--port", port)
    assert done.returncode == 1
    assert (
        f"port {port} of 127.0.0.1 cannot be used: Address already in use"
        in done.stderr
    )


def test_a_server_has_the_same_port_at_each_start():
    def start():
        script = "from devtools.processes import find_free_port as find\n"
        script += "print(find('a server of tests'), find('a server of tests'))"
        return subprocess.check_output([sys.executable, "-c", script], text=True)

    first, second = start(), start()
    assert first == second
    assert len(set(first.split())) == 2, "a port in use is not returned"


def test_functions_run_side_by_side():
    meeting = threading.Barrier(2, timeout=30)
    run_side_by_side(meeting.wait, meeting.wait)


def test_an_error_is_raised_after_the_others_have_ended():
    done = []

    def fail():
        raise SetupError("no space")

    def last():
        time.sleep(0.1)
        done.append(True)

    with pytest.raises(SetupError, match="no space"):
        run_side_by_side(fail, last)
    assert done
