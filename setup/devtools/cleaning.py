# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Remove the whole cache folder."""

from __future__ import annotations

import fcntl

from .embedded_postgres import EmbeddedPostgres
from .errors import SetupError
from .home import Home, remove_folder
from .progress import step


def remove_everything(home: Home) -> None:
    """Remove the cache folder and the embedded database server's folders.

    :raises SetupError: while another command uses them
    """
    postgres = EmbeddedPostgres(home)
    with (postgres.folder / "users.lock").open("a") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SetupError(
                f"another ./dev uses {home.path}: end it first, or try again if it "
                "has just ended."
            ) from error
        with step(f"removal of {home.path}"):
            remove_folder(postgres.socket_folder)
            remove_folder(postgres.server_folder)
            remove_folder(home.path)
