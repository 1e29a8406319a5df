# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev test [ADDON or path ...] [pytest arguments]"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ..addons import (
    Addon,
    find_addon_folder,
    find_usable_addons,
    select_for_tests,
    use_addons_beside_the_clone,
)
from ..browser import browser_environ
from ..databases import Databases
from ..embedded_postgres import client_programs
from ..environment import Environment
from ..errors import SetupError
from ..installation import ensure_addons_database
from ..odoo_config import write_config
from ..postgres import running_postgres
from ..processes import die_with_parent
from ..repeats import run_repeatedly, take_repeats

HELP = """\
usage: ./dev test [ADDON or path ...] [--long] [pytest arguments]

Without a name or path all tests run, of the addons, libs/ and tests/, in two processes
at a time (with -n 0, in one).

    ./dev test component                    the tests of one addon
    ./dev test component/tests/test_work_on.py -k cache -x
    ./dev test tests/repository
    ./dev test PATH --record                record the cassettes of these tests again
    ./dev test --long                       also the tests marked "long"
    ./dev test faults [--seed N] [--long]   two Odoos, and what goes wrong between
    ./dev test faults --soak MINUTES        edits on both sides, for that long
    ./dev test examples                     the connectors of examples/, which need Node
    ./dev test PATH --repeat 5              five runs: which tests fail in some of them
    ./dev test ../my_addon                  an addon that is not of this clone
"""

# Also for single paths: with -n, processes would remove files of each other.
GROUPS = ("-p", "devtools.pytest_groups")
# Half of the time is spent waiting for servers, so two gain even on a single core.
DISTRIBUTED = ("-n", "2", "--dist", "loadscope", "--no-loadscope-reorder")


def main(environment: Environment, arguments: list[str]) -> int:
    if arguments[:1] in (["-h"], ["--help"]):
        print(HELP)
        return 0
    repeats, arguments = take_repeats(arguments)
    arguments = expand_examples(environment.clone, arguments)
    folders = [find_addon_folder(Path(word.partition("::")[0])) for word in arguments]
    use_addons_beside_the_clone(folder for folder in folders if folder)
    addons = find_usable_addons(environment.clone)
    arguments = expand_faults(arguments)
    if "--record" in arguments:
        arguments.remove("--record")
        os.environ["CONNECTOR_RECORD"] = "1"
    paths, options = split_arguments(environment.clone, addons, arguments)
    selected = select_addons(environment.clone, addons, paths)
    with running_postgres(environment):
        template = ensure_addons_database(environment, selected)

        def run(more_options: list[str]) -> int:
            databases = Databases(environment)
            # The process id: two runs at a time do not share a database.
            database = databases.name(f"test_{os.getpid()}")
            databases.create(database, template)
            try:
                return run_pytest(
                    environment, database, paths, [*options, *more_options]
                )
            finally:
                databases.drop(database)

        return run([]) if repeats == 1 else run_repeatedly(run, repeats)


def expand_faults(arguments: list[str]) -> list[str]:
    """Replace the word ``faults`` by its tests, or those of ``--soak``."""
    if arguments[:1] != ["faults"]:
        return arguments
    if "--soak" in arguments:
        return ["tests/faults/test_soak.py", "--long", *arguments[1:]]
    return ["tests/faults", "--ignore=tests/faults/test_soak.py", *arguments[1:]]


def expand_examples(clone: Path, arguments: list[str]) -> list[str]:
    """Replace the word ``examples`` by its addons, which are not those of the suite."""
    if arguments[:1] not in (["examples"], ["examples/"]):
        return arguments
    manifests = sorted((clone / "examples").glob("*/__manifest__.py"))
    return [*(str(path.parent) for path in manifests), *arguments[1:]]


def split_arguments(
    clone: Path, addons: dict[str, Addon], arguments: list[str]
) -> tuple[list[str], list[str]]:
    """Separate tests from options, and replace addons by their folders."""
    paths, options = [], []
    for argument in arguments:
        path = argument.partition("::")[0]
        if argument in addons:
            paths.append(str(addons[argument].path))
        elif not argument.startswith("-") and (clone / path).exists():
            paths.append(str(clone / argument))
        elif not argument.startswith("-") and Path(path).exists():
            paths.append(str(Path(path).absolute()) + argument[len(path) :])
        else:
            options.append(argument)
    if paths:
        return paths, [*GROUPS, *options]
    return default_paths(clone, addons), [*GROUPS, *DISTRIBUTED, *options]


def default_paths(clone: Path, addons: dict[str, Addon]) -> list[str]:
    candidates = [
        *(addon.path / "tests" for addon in addons.values() if not addon.is_test_only),
        *sorted((clone / "libs").glob("*/tests")),
        clone / "tests",
    ]
    return [str(path) for path in candidates if path.is_dir()]


def select_addons(clone: Path, addons: dict[str, Addon], paths: list[str]) -> set[str]:
    """Return the addons to install: those of the paths, or all for a path of none."""
    owners = set()
    for path in paths:
        owner = next(
            (
                addon.name
                for addon in addons.values()
                if Path(path.partition("::")[0]).is_relative_to(addon.path)
            ),
            None,
        )
        if owner is None:
            return set(addons)
        owners.add(owner)
    return select_for_tests(addons, owners)


def select_long(options: list[str]) -> list[str]:
    """Exclude the tests marked "long" unless --long or a choice of marks is given."""
    if "--long" in options:
        return [option for option in options if option != "--long"]
    return options if "-m" in options else [*options, "-m", "not long"]


def tests_environ(environment: Environment) -> dict[str, str]:
    """Return the variables of the tests, with a browser if there can be one.

    Otherwise CONNECTOR_NO_BROWSER is the reason why the tests that need it are skipped.
    """
    try:
        return browser_environ(environment)
    except SetupError as error:
        sys.stderr.write(f"WARNING: tests in a browser are SKIPPED: {error}\n")
        return {**environment.process_environ(), "CONNECTOR_NO_BROWSER": str(error)}


def run_pytest(
    environment: Environment, database: str, paths: list[str], options: list[str]
) -> int:
    command = [
        str(environment.python),
        "-m",
        "pytest",
        # Whatever folder the tests are in.
        f"--config-file={environment.clone / 'pytest.ini'}",
        f"--odoo-database={database}",
        f"--odoo-config={write_config(environment)}",
        "--odoo-http",
        *paths,
        *select_long(options),
    ]
    sys.stdout.flush()
    environ = tests_environ(environment)
    environ |= {
        # pytest-odoo copies the database for each process with createdb.
        "PATH": os.pathsep.join([environ["PATH"], str(client_programs())]),
        # The first HttpCase starts Odoo's server in the process of the tests, and
        # queue_job its runner with it, which would run the jobs of other tests.
        "ODOO_QUEUE_JOB_CHANNELS": "root:0",
    }
    try:
        code = subprocess.call(
            command,
            cwd=environment.clone,
            env=environ,
            preexec_fn=die_with_parent,
        )
    except OSError as error:
        raise SetupError(f"pytest could not be started: {error}") from error
    # pytest's own code for "no test ran" is 5: a failure like any other.
    return code
