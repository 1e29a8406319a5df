# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Install addons into databases, as seldom as possible."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, nullcontext

from .addons import find_usable_addons, outside_dependencies, state_digest
from .databases import Databases
from .environment import Environment
from .errors import SetupError
from .home import digest
from .odoo_config import odoo_command
from .processes import last_lines, run_logged
from .progress import step

#: the end of the name of a database that is being made
PART = "_part"


def install_addons(
    environment: Environment,
    database: str,
    names: Collection[str],
    with_demo: bool = False,
    arguments: Iterable[str] = (),
) -> None:
    """Install addons into an existing database.

    :param arguments: more words of Odoo's command line
    :raises SetupError: when one is not installed afterwards
    """
    log_path = environment.home.log_folder / f"{database}-install.log"
    log_path.unlink(missing_ok=True)
    command = odoo_command(
        environment,
        f"--database={database}",
        f"--init={','.join(sorted(names))}",
        "--stop-after-init",
        "--no-http",
        *environment.demo_options(with_demo),
        *arguments,
    )
    environ = environment.process_environ()
    output = run_logged(command, log_path, environ, summarise=summarise_log)
    installed = Databases(environment).installed_addons(database)
    missing = sorted(set(names).difference(installed))
    if missing:
        # Odoo reports what failed, and goes on.
        raise SetupError(
            f"not installed in {database}: {', '.join(missing)}\n"
            f"{summarise_log(output)}\n(whole log: {log_path})"
        )


def upgrade_addons(
    environment: Environment, database: str, names: Collection[str]
) -> None:
    """Bring a database up to date with the files of addons; install new ones."""
    update = f"--update={','.join(sorted(names))}"
    install_addons(environment, database, names, arguments=[update])


def summarise_log(output: str) -> str:
    """Return what Odoo's log says besides its progress, tracebacks included."""
    entries = re.split(r"^(?=\d{4}-\d\d-\d\d )", output, flags=re.MULTILINE)
    problems = [
        entry
        for entry in entries
        if not re.match(r"\S+ \S+ \d+ (?:INFO|DEBUG) [^\n]*\n?$", entry)
    ]
    # Without the lines of Python's tracebacks that only underline.
    text = re.sub(r"^[ ^~]+\n", "", "".join(problems), flags=re.MULTILINE)
    return last_lines(text, count=25)


def ensure_template(
    environment: Environment, names: Iterable[str], with_demo: bool = False
) -> str:
    """Return a database with addons that are not of this clone, to be copied."""
    modules = sorted({"base", *names})
    source = (str(environment.odoo.path), environment.odoo.version)
    key = digest(modules, with_demo, source, environment.pins)
    name = Databases(environment).shared_name(f"template_{key}")
    kind = "database template with demo data" if with_demo else "database template"
    return ensure_database(
        environment,
        name,
        f"{kind} ({', '.join(modules)})",
        lambda part: install_addons(environment, part, modules, with_demo),
    )


@contextmanager
def addons_database(environment: Environment, names: Iterable[str]) -> Iterator[str]:
    """Yield a template database with addons of this clone, or of other folders.

    It is created again when their files have changed. Addons of other folders are
    installed into a copy of a database with their dependencies of the clone.
    """
    addons = find_usable_addons(environment.clone)
    selected = sorted(names)
    of_clone = [name for name in selected if addons[name].is_of_clone]
    outside = {"contacts", "rpc", *outside_dependencies(addons, selected)}
    base = (
        nullcontext(ensure_template(environment, outside))
        if of_clone == selected
        else addons_database(environment, of_clone)
    )
    prefix = Databases(environment).name(f"addons_{digest(selected, length=6)}_")
    with (
        base as template,
        state_database(
            environment,
            prefix,
            digest(template, state_digest(addons, selected)),
            f"database with {', '.join(selected)}",
            lambda part: install_addons(environment, part, selected),
            template,
        ) as name,
    ):
        yield name


@contextmanager
def state_database(
    environment: Environment,
    prefix: str,
    state: str,
    title: str,
    fill: Callable[[str], None],
    template: str | None = None,
) -> Iterator[str]:
    """Yield the database of a state, whose name has this prefix.

    Those of other states are dropped, unless a command is in such a block with them:
    it can copy the database without losing it to a command that has another state.
    """
    databases = Databases(environment)
    name = prefix + state
    while True:
        if not databases.exists(name):
            for outdated in set(databases.list_names(prefix)) - {name}:
                lock = f"database {outdated.removesuffix(PART)}"
                with environment.home.lock(lock, wait=False) as is_unused:
                    if is_unused:
                        databases.drop(outdated)
            ensure_database(environment, name, title, fill, template)
        with environment.home.lock(f"database {name}", shared=True):
            # Another command may have dropped it before the lock was taken.
            if databases.exists(name):
                yield name
                return


def ensure_database(
    environment: Environment,
    name: str,
    title: str,
    fill: Callable[[str], None],
    template: str | None = None,
) -> str:
    """Return a database that is either whole or absent: it gets its name last."""
    databases = Databases(environment)
    if not databases.exists(name):
        with environment.home.lock(f"database {name}"):
            if not databases.exists(name):
                with step(title):
                    part = name + PART
                    databases.create(part, template)
                    fill(part)
                    databases.rename(part, name)
    return name
