# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev test [ADDON or path ...] [pytest arguments]"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from machine_browser import tests_environ
from repeated_runs import run_count, run_repeatedly

from ..addons import (
    Addon,
    find_addon_folder,
    select_for_tests,
    use_addons_beside_the_clone,
)
from ..databases import Databases
from ..embedded_postgres import client_programs
from ..environment import Environment
from ..errors import SetupError
from ..installation import addons_database
from ..odoo_config import write_config
from ..postgres import running_postgres
from ..processes import run_attached

HELP = """\
Without a name or path all tests run, of the addons, libs/ and tests/, in three
processes at a time (with -n 0, in one).

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

# Much of the time is spent waiting for servers, so three are faster on two cores.
DISTRIBUTED = ("-n", "3", "--dist", "loadscope", "--no-loadscope-reorder")


def main(environment: Environment, arguments: list[str]) -> int:
    chosen, arguments = make_parser().parse_known_args(arguments)
    arguments = expand_words(environment.clone, arguments)
    folders = [find_addon_folder(Path(word.partition("::")[0])) for word in arguments]
    addons = use_addons_beside_the_clone(environment.clone, filter(None, folders))
    paths, options = split_arguments(environment.clone, addons, arguments)
    selected = select_addons(addons, paths)
    with running_postgres(environment):

        def run(more_options: list[str]) -> int:
            databases = Databases(environment)
            # The process id: two runs at a time do not share a database.
            database = databases.name(f"test_{os.getpid()}")
            with addons_database(environment, selected) as template:
                databases.create(database, template)
            try:
                words = [*paths, *options, *more_options]
                return run_pytest(environment, database, words)
            finally:
                databases.drop(database)
                remove_bytecode_of_tests(environment)

        return run([]) if chosen.repeat == 1 else run_repeatedly(run, chosen.repeat)


def remove_bytecode_of_tests(environment: Environment) -> None:
    """Remove the bytecode of modules in the temporary folders of tests."""
    sources = Path(tempfile.gettempdir())
    for folder in environment.bytecode_folder.joinpath(*sources.parts[1:]).glob("*"):
        of_pytest = folder.name.startswith("pytest-of-")
        if of_pytest or not (sources / folder.name).exists():
            shutil.rmtree(folder, ignore_errors=True)


def make_parser() -> argparse.ArgumentParser:
    """Return a parser of the options that are not those of pytest."""
    parser = argparse.ArgumentParser(
        prog="./dev test",
        usage="./dev test [ADDON or path ...] [--long] [pytest arguments]",
        description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--repeat", type=run_count, default=1, help=argparse.SUPPRESS)
    return parser


def expand_words(clone: Path, arguments: list[str]) -> list[str]:
    """Replace the first word by its tests, if it is ``faults`` or ``examples``."""
    word, others = "".join(arguments[:1]).rstrip("/"), arguments[1:]
    if word == "faults" and "--soak" in others:
        return ["tests/faults/test_soak.py", "--long", *others]
    if word == "faults":
        return ["tests/faults", "--ignore=tests/faults/test_soak.py", *others]
    if word == "examples":
        # They are not addons of the suite.
        manifests = sorted((clone / "examples").glob("*/__manifest__.py"))
        return [*(str(path.parent) for path in manifests), *others]
    return arguments


def split_arguments(
    clone: Path, addons: dict[str, Addon], arguments: list[str]
) -> tuple[list[str], list[str]]:
    """Separate tests from options, and replace addons by their folders.

    :raises SetupError: if a word is neither an addon nor a path nor of an option
    """
    paths, options = [], []
    for previous, argument in zip(["", *arguments], arguments, strict=False):
        path = argument.partition("::")[0]
        if argument in addons:
            paths.append(str(addons[argument].path))
        elif argument.startswith("-"):
            options.append(argument)
        elif (clone / path).exists():
            paths.append(str(clone / argument))
        elif Path(path).exists():
            paths.append(str(Path(path).absolute()) + argument[len(path) :])
        elif previous.startswith("-"):
            options.append(argument)
        else:
            raise SetupError(
                f"no addon and no path {argument!r} was found to test. Addons: "
                f"{', '.join(addons)}."
            )
    if paths:
        return paths, options
    return default_paths(clone, addons), [*DISTRIBUTED, *options]


def default_paths(clone: Path, addons: dict[str, Addon]) -> list[str]:
    candidates = [
        *(addon.path / "tests" for addon in addons.values() if not addon.is_test_only),
        *sorted((clone / "libs").glob("*/tests")),
        clone / "tests",
    ]
    return [str(path) for path in candidates if path.is_dir()]


def select_addons(addons: dict[str, Addon], paths: list[str]) -> set[str]:
    """Return the addons to install: those of the paths, or all for a path of none."""
    owners = set()
    for word in paths:
        path = Path(word.partition("::")[0])
        found = [one.name for one in addons.values() if path.is_relative_to(one.path)]
        if not found:
            return set(addons)
        owners.update(found[:1])
    return select_for_tests(addons, owners)


def run_pytest(environment: Environment, database: str, words: list[str]) -> int:
    """Run pytest, and return its exit code: 5, a failure too, if no test ran."""
    command = [
        *(str(environment.python), "-m", "pytest", "-p", "pytest_suite"),
        # Whatever folder the tests are in.
        f"--config-file={environment.clone / 'pytest.ini'}",
        f"--odoo-database={database}",
        f"--odoo-config={write_config(environment)}",
        "--odoo-http",
        *words,
    ]
    environ = tests_environ(environment)
    environ |= {
        # pytest-odoo copies the database for each process with createdb.
        "PATH": os.pathsep.join([environ["PATH"], str(client_programs())]),
        # The first HttpCase starts Odoo's server in the process of the tests, and
        # queue_job its runner with it, which would run the jobs of other tests.
        "ODOO_QUEUE_JOB_CHANNELS": "root:0",
    }
    return run_attached(command, environment.clone, environ)
