# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev readme [--check]"""

from __future__ import annotations

import argparse

from ..environment import Environment
from ..readme import generate_all


def main(environment: Environment, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev readme",
        description="Make README.rst and static/description/index.html of each addon "
        "from the fragments in its readme/ folder.",
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if a file is stale"
    )
    options = parser.parse_args(arguments)
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
