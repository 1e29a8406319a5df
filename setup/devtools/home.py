# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The cache folder, which all clones share."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .errors import SetupError
from .progress import note, step

STAMP = ".ready"


def digest(*parts: object, length: int = 10) -> str:
    """Return a short hash of these parts."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def ensure_writable(path: Path, title: str, advice: str) -> Path:
    """Return the absolute path of a folder, created first if need be.

    :raises SetupError: if files cannot be written to it
    """
    path = path.expanduser().absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()
    except OSError as error:
        reason = f"cannot write to {title} {path}: {error.strerror}"
        raise SetupError(f"{reason}.\n{advice}") from error
    return path


class Home:
    """The cache folder, whose parts are either complete or absent."""

    def __init__(self, path: Path):
        self.path = path

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Home:
        caches = Path(environ.get("XDG_CACHE_HOME") or "~/.cache")
        chosen = environ.get("CONNECTOR_HOME") or caches / "connector-suite"
        advice = "Name a folder that you may write to in CONNECTOR_HOME."
        return cls(ensure_writable(Path(chosen), "the cache folder", advice))

    @property
    def name_hash(self) -> str:
        return digest(str(self.path), length=6)

    @property
    def log_folder(self) -> Path:
        return self.make_folder("log")

    def make_folder(self, *names: str) -> Path:
        folder = self.path.joinpath(*names)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @contextmanager
    def lock(
        self,
        purpose: str,
        shared: bool = False,
        wait: bool = True,
        path: Path | None = None,
    ) -> Iterator[IO[str] | None]:
        """Let one process at a time do this; the others say that they wait.

        :param shared: let others that share the lock do this at the same time
        :param wait: without, yield None if others have the lock
        :param path: of the locked file
        :return: the locked file; the lock ends when it is closed
        """
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        path = path or self.make_folder("locks") / f"{purpose}.lock"
        with path.open("a") as lock_file:
            try:
                fcntl.flock(lock_file, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if not wait:
                    yield None
                    return
                note(f"waiting: another ./dev is busy with the {purpose}")
                fcntl.flock(lock_file, kind)
            # Programs that `run_logged` starts hold the lock, too: after a kill of this
            # process, such a program may still be writing.
            os.set_inheritable(lock_file.fileno(), True)
            yield lock_file

    def is_ready(self, folder: Path) -> bool:
        return (folder / STAMP).is_file()

    def ensure_folder(
        self,
        name: str,
        title: str,
        make: Callable[[Path], None],
        needed_megabytes: int = 0,
        estimated_seconds: int = 0,
    ) -> Path:
        """Return the folder `name`, made by `make` unless it is ready.

        The stamp is written last: after an interruption, the folder is created again.
        `name` must contain a digest of everything that determines the result.
        """
        folder = self.path / name
        if self.is_ready(folder):
            return folder
        with self.lock(title):
            if not self.is_ready(folder):
                self.check_free_space(needed_megabytes, title)
                with step(title, estimated_seconds):
                    remove_folder(folder)
                    folder.mkdir(parents=True)
                    make(folder)
                    (folder / STAMP).touch()
        return folder

    def check_free_space(self, needed_megabytes: int, title: str) -> None:
        free_megabytes = shutil.disk_usage(self.path).free // 2**20
        if free_megabytes < needed_megabytes:
            raise SetupError(
                f"{title} needs {needed_megabytes} MB in {self.path}, but only "
                f"{free_megabytes} MB are free.\n"
                "Free space, or name a folder on another disk in CONNECTOR_HOME."
            )


def remove_folder(folder: Path) -> None:
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
