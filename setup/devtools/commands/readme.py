# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev readme [--check | --release ADDON]"""

from __future__ import annotations

import argparse
from pathlib import Path

from ..environment import Environment
from ..errors import SetupError
from ..news import FOLDER, join_news
from ..readme import generate_all


def main(environment: Environment, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev readme",
        description="Generate README.rst and static/description/index.html of each "
        "addon from the fragments in its readme/ folder, and CHANGELOG.md.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--check", action="store_true", help="change nothing; fail if a file is stale"
    )
    what.add_argument(
        "--release",
        type=Path,
        metavar="ADDON",
        help="first join readme/newsfragments of this addon into its "
        "readme/HISTORY.md, below the version of its manifest",
    )
    options = parser.parse_args(arguments)
    if options.release and not join_news(environment, options.release.absolute()):
        raise SetupError(f"there is no fragment in {options.release / FOLDER}.")
    stale = 0
    for path, text in generate_all(environment.clone).items():
        if path.is_file() and path.read_text() == text:
            continue
        stale += 1
        print(f"{'stale' if options.check else 'written'}: {path}")
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return 1 if stale and options.check else 0
