# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stop the embedded database server when the last command that used it has ended."""

from __future__ import annotations

from .embedded_postgres import EmbeddedPostgres
from .home import Home

if __name__ == "__main__":
    EmbeddedPostgres(Home.from_environ()).supervise()
