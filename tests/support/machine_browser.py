# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The browser of the tests: the machine's own, or Chromium from its package archive."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

from debian_packages import unpack_packages
from devtools.environment import Environment
from devtools.errors import SetupError
from devtools.home import Home, digest
from devtools.processes import run_logged
from devtools.python_env import ensure_packages

# The names under which Odoo's tests look for a browser, in their order.
PROGRAMS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
# Chromium without its windows: a fraction of the libraries.
PACKAGE = "chromium-headless-shell"
FONTS = "fonts-liberation"
EXECUTABLE = f"usr/lib/chromium/{PACKAGE}"
NEEDED_MEGABYTES = 600
FONT_CONFIG = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{folder}/usr/share/fonts</dir>
  <!-- families that pages request; without these, a page is shown in Mono -->
  <alias>
    <family>system-ui</family><prefer><family>Liberation Sans</family></prefer>
  </alias>
  <alias>
    <family>sans-serif</family><prefer><family>Liberation Sans</family></prefer>
  </alias>
  <alias>
    <family>monospace</family><prefer><family>Liberation Mono</family></prefer>
  </alias>
  <cachedir>{folder}/font-cache</cachedir>
</fontconfig>
"""
LAUNCHER = """\
#!/bin/sh
export LD_LIBRARY_PATH="{libraries}"
export FONTCONFIG_FILE="{folder}/fonts.conf"
exec "{folder}/{executable}" "$@"
"""


def browser_environ(environment: Environment) -> dict[str, str]:
    """Return the variables of a process that starts a browser.

    :raises SetupError: if there is none, and none can be downloaded
    """
    environ = environment.process_environ()
    browser = ensure_browser(environment.home)
    packages = ensure_packages(
        environment.home, environment.python, "browser", "Playwright"
    )
    return {
        **environ,
        "PATH": f"{environ['PATH']}{os.pathsep}{browser.parent}",
        "PYTHONPATH": f"{environ['PYTHONPATH']}{os.pathsep}{packages}",
    }


def tests_environ(environment: Environment) -> dict[str, str]:
    """Return the variables of tests, with a browser if there can be one.

    Otherwise CONNECTOR_NO_BROWSER is the reason why the tests that need it are skipped.
    """
    try:
        return browser_environ(environment)
    except SetupError as error:
        sys.stderr.write(f"WARNING: tests in a browser are SKIPPED: {error}\n")
        return {**environment.process_environ(), "CONNECTOR_NO_BROWSER": str(error)}


def find_browser() -> Path | None:
    """Return the browser on PATH that Odoo's tests take."""
    for name in PROGRAMS:
        found = shutil.which(name)
        if found:
            return Path(found)
    return None


def ensure_browser(home: Home) -> Path:
    """Return a browser, fetched first on a machine that has none.

    :raises SetupError: when there is none to fetch
    """
    installed = find_browser()
    if installed:
        return installed
    # Its libraries are those of one release of the system.
    system = platform.freedesktop_os_release()
    release = [system.get(key) for key in ("ID", "VERSION_ID", "VERSION_CODENAME")]
    key = digest(release, platform.machine(), PACKAGE, FONTS, FONT_CONFIG, LAUNCHER)
    folder = home.ensure_folder(
        f"browser-{key}",
        "Chromium for the tests",
        lambda folder: fetch_browser(home, folder),
        NEEDED_MEGABYTES,
    )
    return folder / "bin" / "chromium"


def fetch_browser(home: Home, folder: Path) -> None:
    advice = (
        "no browser was found: install Chrome or Chromium (one of "
        f"{', '.join(PROGRAMS)} on PATH)"
    )
    unpack_packages(home, (PACKAGE, FONTS), folder, advice)
    launcher = write_launcher(folder)
    run_logged([launcher, "--version"], home.log_folder / "browser.log")


def write_launcher(folder: Path) -> Path:
    """Write the program that starts the browser with its own libraries and fonts."""
    (folder / "fonts.conf").write_text(FONT_CONFIG.format(folder=folder))
    libraries = {
        path.parent
        for path in (folder / "usr" / "lib").rglob("*.so*")
        if not path.is_relative_to((folder / EXECUTABLE).parent)
    }
    launcher = folder / "bin" / "chromium"
    launcher.parent.mkdir()
    launcher.write_text(
        LAUNCHER.format(
            folder=folder,
            executable=EXECUTABLE,
            libraries=os.pathsep.join(map(str, sorted(libraries))),
        )
    )
    launcher.chmod(0o755)
    return launcher
