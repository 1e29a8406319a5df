# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev docs: build the site of docs/ with Sphinx."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from devtools.environment import Environment
from devtools.odoo_config import write_config
from devtools.processes import run_attached
from devtools.python_env import ensure_packages
from machine_browser import browser_environ

SOURCE_LANGUAGE = "en"
SWITCHES = {
    "--check-links": "also request the pages of other sites that are linked",
    "--update-catalogs": "write new terms into the catalogs of docs/locale, and build "
    "nothing",
    "--screenshots": "first create the images of docs/images, with the records of the "
    "demo",
}


def main(environment: Environment, arguments: list[str]) -> int:
    languages = find_languages(environment.clone / "docs")
    options = make_parser(languages).parse_args(arguments)
    if options.screenshots:
        code = take_screenshots(environment)
        if code:
            return code
    output = output_folder(environment, options.language)
    sphinx = Sphinx(environment)
    if options.update_catalogs:
        return sphinx.update_catalogs()
    code = sphinx.build("html", output, options.language)
    if options.check_links and not code:
        code = sphinx.build("linkcheck", sphinx.build_folder / "links")
    if not code:
        print(f"\n{output / 'index.html'}")
    return code


def find_languages(source: Path) -> list[str]:
    """Return the languages in which the site can be built."""
    return [SOURCE_LANGUAGE, *sorted(path.name for path in source.glob("locale/*"))]


def make_parser(languages: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev docs",
        description="Build the documentation of docs/ into docs/_build. A warning is "
        "an error; so is a broken link within the site.",
    )
    parser.add_argument(
        "--language",
        choices=languages,
        default=SOURCE_LANGUAGE,
        help="language of the site: en, or a translation of docs/locale (default: en)",
    )
    for option, text in SWITCHES.items():
        parser.add_argument(option, action="store_true", help=text)
    return parser


def take_screenshots(environment: Environment) -> int:
    """Run in a separate process, which has a browser."""
    command = [environment.python, environment.clone / "docs" / "screenshots.py"]
    return run_attached(command, environment.clone, browser_environ(environment))


def output_folder(environment: Environment, language: str) -> Path:
    folder = environment.clone / "docs" / "_build"
    return folder / ("html" if language == SOURCE_LANGUAGE else f"html-{language}")


class Sphinx:
    """Run Sphinx on docs/ in a process that can import Odoo and all addons."""

    def __init__(self, environment: Environment):
        self.environment = environment
        self.source = environment.clone / "docs"
        self.build_folder = self.source / "_build"
        self.packages = ensure_docs_packages(environment)

    def build(self, builder: str, output: Path, language: str = SOURCE_LANGUAGE) -> int:
        # Read all pages again: an unread page reports no warnings.
        command = ["-m", "sphinx", "--builder", builder, "--fresh-env", "--write-all"]
        command += ["--fail-on-warning", "--quiet", "--define", f"language={language}"]
        return self._run([*command, self.source, output])

    def extract_messages(self, output: Path) -> int:
        """Write the terms of the pages that have a translation."""
        pages = {path.stem for path in self.source.glob("locale/*/LC_MESSAGES/*.po")}
        patterns = ",".join(f"{page}.rst" for page in sorted(pages))
        command = ["-m", "sphinx", "--builder", "gettext", "--fresh-env"]
        # Silent: their links lead to pages that are excluded here.
        command += ["--silent", "--define", f"include_patterns={patterns}"]
        return self._run([*command, self.source, output])

    def update_catalogs(self) -> int:
        """Update the catalogs in docs/locale from the pages.

        A page is translated into each language that has a catalog for it.
        """
        templates = self.build_folder / "gettext"
        code = self.extract_messages(templates)
        for language in sorted((self.source / "locale").iterdir()):
            pages = [path.stem for path in language.glob("LC_MESSAGES/*.po")]
            with tempfile.TemporaryDirectory() as chosen:
                for page in pages:
                    shutil.copy(templates / f"{page}.pot", chosen)
                command = ["-m", "sphinx_intl", "update"]
                command += ["--pot-dir", chosen]
                command += ["--locale-dir", str(self.source / "locale")]
                command += ["--language", language.name, "--line-width", "88"]
                code = code or self._run(command)
        return code

    def _run(self, command: Sequence[object]) -> int:
        environ = self.environment.process_environ()
        environ["PYTHONPATH"] = f"{self.packages}{os.pathsep}{environ['PYTHONPATH']}"
        environ["CONNECTOR_ODOO_CONFIG"] = str(write_config(self.environment))
        words = (self.environment.python, *command)
        return run_attached(words, self.environment.clone, environ)


def ensure_docs_packages(environment: Environment) -> Path:
    """Return a folder with Sphinx, for PYTHONPATH.

    It is separate from Odoo's packages, which need other versions of docutils.
    """
    return ensure_packages(
        environment.home, environment.python, "docs", "Documentation tools"
    )
