# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The cache folder of ./dev, and the programs that it starts."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from devtools.errors import SetupError
from devtools.home import Home, digest
from devtools.processes import advise, run_logged

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


def test_lock_is_held_until_the_end_of_a_program_started_under_it(tmp_path):
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


def test_home_that_cannot_be_created_is_reported():
    with pytest.raises(
        SetupError, match="cannot be made or written.*\n.*CONNECTOR_HOME"
    ):
        Home.from_environ({"CONNECTOR_HOME": "/proc/nowhere/home"})


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
    for _ in range(100):
        status = Path(f"/proc/{child}/status")
        if not status.exists() or "State:\tZ" in status.read_text():
            return
        subprocess.call(["sleep", "0.05"])
    pytest.fail("the child lives on")
