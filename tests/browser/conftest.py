# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the screens, in Chromium on a real Odoo server.

One server runs per test run: all addons of the clone, also those of tests/addons;
English and French; a job runner with one job at a time (jobs that a seed leaves
*pending* run; give them an ``eta`` in the future to see them wait); scheduled actions
do not run. One folder is one group of pytest-xdist: all its tests share the server.

A test of a screen, in ``test_<screen>.py`` (the file name must be the only one of that
name below tests/)::

    def make_backend(env, name="Shop"):
        return env["odoo.backend"].create({...})

    def test_errors_are_retried(seed, open_window):
        (backend_id,) = seed(make_backend, name="Shop")   # committed; returns the ids
        window = open_window("operator")                  # or width=390: a phone
        window.open("action-connector.connector_sync_error_action")
        window.page.get_by_role("button", name="Retry").click()
        window.axe()                                      # the dialog, or the content
        window.keyboard.tab_to("Ignore", role="button")   # and its focus is visible
        window.keyboard.press("Enter")
        assert seed(lambda env: env["odoo.backend"].browse(backend_id).name) == "Shop"

- `seed(function, *arguments)` calls ``function(env, ...)`` in the server's database,
  as superuser, and commits. Rows that were created during the test are deleted after
  it. A seed that *changes* rows which existed before is a generator: the environment
  for its second part comes from ``env = yield result``.
- `open_window(role, width=1400)`: roles are "manager", "operator", "user", "admin" (may
  do all), and "manager_fr", who reads French. Widths up to 500 are phones with touch.
- `window`: that of the manager, at 1400 px. `any_window`: the test runs twice, at 1400
  and, with ``--long``, at 390 px.
- By default, one test per screen runs, by mouse at 1400 px. Mark the other tests with
  ``@pytest.mark.long``.
- `window.page` is Playwright's page. `window.open(path)` and `window.settle()` wait
  until nothing is loaded any more; live updates by the bus do not count.
- A test fails for errors of the console and of scripts, for failed requests and for
  open error dialogs; `window.expect_error(pattern)` accepts one that is wanted.
- ``window.axe(include=".selector")`` checks other parts than the content; see
  `browser_harness.axe.EXCLUDED` for the parts of Odoo that are left out.
- ``window.check_width()`` fails if a phone has to scroll sideways.
- `server.log_path`: the log of Odoo; a test fails for its new lines of level ERROR
  (`accept_log_errors` accepts them).

``./dev test tests/browser/test_<screen>.py -x -q -n 0`` runs one file. On a failure a
screenshot is stored in the folder that the failure names.
"""

import os
import re

import pytest
from browser_harness.database import ROLES, running_server
from devtools.environment import Environment

PHONE_WIDTH = 500
ERROR_LINE = re.compile(r"^\S+ \S+ \d+ (?:ERROR|CRITICAL) .*", re.MULTILINE)


@pytest.fixture(scope="package")
def has_browser():
    reason = os.environ.get("CONNECTOR_NO_BROWSER")
    if reason:
        pytest.skip(reason)


# of a module: Odoo ends the child processes of a test run after its test classes
@pytest.fixture(scope="module")
def browser(has_browser):
    from web_client import running_browser

    with running_browser() as running:
        yield running


@pytest.fixture(scope="package")
def server(has_browser):
    with running_server(Environment.current()) as running:
        yield running


@pytest.fixture(scope="package")
def database(server):
    from browser_harness.seeds import SeededDatabase

    return SeededDatabase(server.database)


@pytest.fixture(scope="package")
def sessions():
    """The cookies of each role that has logged in."""
    return {}


@pytest.fixture
def seed(database):
    with database.restored() as restoring:
        yield restoring.call


@pytest.fixture
def accept_log_errors():
    """Return a list; a line of the log that contains one of its texts is accepted."""
    return []


@pytest.fixture
def checked_log(server, accept_log_errors):
    """Fail for errors that the server logs during the test."""
    start = server.log_path.stat().st_size
    yield
    with server.log_path.open(errors="replace") as log:
        log.seek(start)
        lines = ERROR_LINE.findall(log.read())
    unexpected = [
        line for line in lines if not any(text in line for text in accept_log_errors)
    ]
    assert unexpected == [], f"see {server.log_path}"


@pytest.fixture
def open_window(request, seed, checked_log, server, browser, sessions):
    from browser_harness.window import DESKTOP, PHONE, Window

    windows = []

    def open_one(role="manager", width=1400, **options):
        if role not in sessions:
            sessions[role] = log_in(Window(browser, server), role)
        size = PHONE if width <= PHONE_WIDTH else DESKTOP
        viewport = {**size["viewport"], "width": width}
        options = {**size, "viewport": viewport, **options}
        window = Window(browser, server, storage_state=sessions[role], **options)
        windows.append(window)
        return window

    yield open_one
    report = request.node.stash.get(REPORT, None)
    if report is not None and report.failed:
        store_screenshots(request.node, windows)
    errors = [error for window in windows for error in window.finish()]
    assert errors == []


@pytest.fixture
def window(open_window):
    return open_window()


PHONE_PARAM = pytest.param(390, marks=pytest.mark.long)


@pytest.fixture(params=[1400, PHONE_PARAM], ids=["1400px", "390px"])
def any_window(request, open_window):
    return open_window(width=request.param)


def log_in(window, role):
    if role not in {"admin", *ROLES}:
        raise ValueError(
            f"there is no role {role}; there are admin, {', '.join(ROLES)}"
        )
    window.log_in(role, role)
    state = window.page.context.storage_state()
    assert window.finish() == []
    return state


REPORT = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.stash[REPORT] = report
    return report


def store_screenshots(item, windows):
    """Store what each window shows, and print where."""
    folder = Environment.current().home.make_folder("log", "screenshots")
    for number, window in enumerate(windows):
        name = re.sub(r"\W+", "_", item.name)
        path = folder / f"{name}_{number}.png"
        window.page.screenshot(path=path)
        print(f"screenshot: {path}")
