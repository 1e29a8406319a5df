# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The cache folder of ./dev, and the programs that it starts."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from devtools.bootstrap import remove_everything
from devtools.embedded_postgres import EmbeddedPostgres
from devtools.errors import SetupError
from devtools.home import Home, digest
from devtools.processes import advise, run_logged


def wait_for_text(path, text):
    """Wait until a process has written a text into its log."""
    deadline = time.monotonic() + 60
    while text not in path.read_text():
        assert time.monotonic() < deadline, f"{path.name} has no {text!r}"
        time.sleep(0.01)


# -- the cache folder ----------------------------------------------------------


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


def test_lack_of_disk_space_is_reported_before_anything_is_created(tmp_path):
    with pytest.raises(SetupError, match="needs 99999999999 MB .* only .* MB are free"):
        Home(tmp_path).ensure_folder("thing", "a thing", pytest.fail, 99999999999)


def test_two_processes_do_not_create_the_same_folder_concurrently(tmp_path):
    script = (
        "import sys; from pathlib import Path; from devtools.home import Home\n"
        "make = lambda folder: (sys.stdin.read(), (folder / 'pid').open('x').close())\n"
        "Home(Path(sys.argv[1])).ensure_folder('thing', 'a thing', make)"
    )
    command = [sys.executable, "-c", script, tmp_path / "home"]

    def start(number):
        log = (tmp_path / f"{number}.log").open("w")
        with log:
            return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log)

    first = start(1)
    wait_for_text(tmp_path / "1.log", "a thing ...")
    second = start(2)
    wait_for_text(tmp_path / "2.log", "waiting: another ./dev")
    first.stdin.close()
    second.stdin.close()
    assert [first.wait(60), second.wait(60)] == [0, 0]
    assert "a thing ..." not in (tmp_path / "2.log").read_text()


def test_lock_is_held_until_the_end_of_a_program_started_under_it(tmp_path, capsys):
    script = (
        "import os, sys; from pathlib import Path; from devtools.home import Home\n"
        "from devtools.processes import run_logged\n"
        "home = Home(Path(sys.argv[1]))\n"
        "with home.lock('set-up'):\n"
        "    command = ['sh', '-c', 'read end < $0 & kill -9 $PPID', sys.argv[2]]\n"
        "    run_logged(command, home.path / 'log')"
    )
    # The program that is started ends when it can read a line.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR)
    killed = subprocess.run([sys.executable, "-c", script, tmp_path, pipe])
    assert killed.returncode == -9

    def take_the_lock():
        with Home(tmp_path).lock("set-up"):
            pass

    thread = threading.Thread(target=take_the_lock)
    thread.start()
    output = ""
    deadline = time.monotonic() + 60
    while "waiting: another ./dev" not in output and time.monotonic() < deadline:
        assert thread.is_alive(), "the lock was free"
        output += capsys.readouterr().out
        time.sleep(0.01)
    assert "waiting: another ./dev" in output
    os.write(writer, b"\n")
    thread.join(60)
    assert not thread.is_alive()
    os.close(writer)


def test_home_is_named_by_its_variable_or_below_the_users_caches(tmp_path):
    named = Home.from_environ({"CONNECTOR_HOME": str(tmp_path / "a")})
    assert named.path == tmp_path / "a"
    cached = Home.from_environ({"XDG_CACHE_HOME": str(tmp_path)})
    assert cached.path == tmp_path / "connector-suite"


def test_home_that_cannot_be_created_is_reported():
    with pytest.raises(SetupError, match="cannot write to the.*\n.*CONNECTOR_HOME"):
        Home.from_environ({"CONNECTOR_HOME": "/proc/nowhere/home"})


@pytest.mark.parametrize("word", ["", "1"])
def test_bytecode_stays_out_of_a_clone_that_must_not_have_it(environment, word):
    asked = {**os.environ, "PYTHONDONTWRITEBYTECODE": word, "PYTHONPYCACHEPREFIX": ""}
    script = (
        "import sys; from importlib.util import cache_from_source\n"
        "print(sys.dont_write_bytecode, cache_from_source('/clone/a.py'))"
    )
    environ = environment.process_environ(asked)
    output = subprocess.check_output(
        [sys.executable, "-c", script], env=environ, text=True
    )
    writes_none, path = output.split()
    assert writes_none == "False"
    folder = environment.home.path / "bytecode/clone" if word else "/clone/__pycache__"
    assert Path(path).parent == Path(folder)


def test_cache_folder_that_another_command_uses_is_not_removed(tmp_path, capsys):
    home = Home(tmp_path / "home")
    with EmbeddedPostgres(home).lock_users(shared=True):
        with pytest.raises(SetupError, match="another ./dev uses .*end it first"):
            remove_everything(home)
    assert capsys.readouterr().out == ""
    assert home.path.is_dir()
    remove_everything(home)
    assert not home.path.exists()


def test_digest_depends_on_all_parts():
    assert digest("a", "b") == digest("a", "b") != digest("ab")


# -- other programs ------------------------------------------------------------


def test_error_of_a_failed_program_has_the_end_of_its_output(tmp_path):
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


def test_no_reason_is_invented():
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
    for _ in range(1200):
        status = Path(f"/proc/{child}/status")
        if not status.exists() or "State:\tZ" in status.read_text():
            return
        subprocess.call(["sleep", "0.05"])
    pytest.fail("the child lives on")
