# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Generate an addon's README.rst and description page from readme/."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mistune
from docutils.core import publish_parts
from mistune.renderers.rst import RSTRenderer

from .addons import Addon, find_addons

# fragment → title of its section, in their order; the first has none
SECTIONS = {
    "DESCRIPTION": None,
    "CONTEXT": "Use cases / context",
    "INSTALL": "Installation",
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "ROADMAP": "Known issues / roadmap",
    "DEVELOP": "Development",
    "HISTORY": "Changelog",
}
CREDITS = {"CONTRIBUTORS": "Contributors", "CREDITS": "Other credits"}
UNDERLINES = "=-~^"
GENERATED = (
    "This file is made by ./dev readme of the fragments in readme/: change those."
)
CHANGELOG_HEAD = """\
<!-- Made by ./dev readme of the readme/HISTORY.md of each addon: change those. -->

# Changelog"""
PAGE = """\
<!DOCTYPE html>
<!-- {generated} -->
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
</head>
<body>
<section class="oe_container">
{body}
</section>
</body>
</html>
"""


@dataclass(frozen=True)
class Fragments:
    """The texts of an addon."""

    name: str
    manifest: dict
    texts: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> Fragments:
        manifest = ast.literal_eval((folder / "__manifest__.py").read_text())
        texts = {
            path.stem: path.read_text()
            for path in sorted((folder / "readme").glob("*.md"))
        }
        unknown = sorted(set(texts) - set(SECTIONS) - set(CREDITS))
        if unknown:
            raise ValueError(
                f"{folder.name}/readme has fragments that have no place in a README: "
                f"{', '.join(unknown)}; known are {', '.join([*SECTIONS, *CREDITS])}."
            )
        return cls(folder.name, manifest, texts)


def convert(markdown: str, level: int) -> str:
    """Return a fragment as reStructuredText; its titles begin with "##", at `level`."""
    renderer = RSTRenderer()
    renderer.HEADING_MARKERS = {
        depth: UNDERLINES[min(level + max(depth - 2, 0), len(UNDERLINES) - 1)]
        for depth in range(1, 7)
    }
    return str(mistune.create_markdown(renderer=renderer)(markdown)).strip()


def make_title(text: str, level: int) -> str:
    return f"{text}\n{UNDERLINES[level] * len(text)}"


def make_sections(fragments: Fragments) -> Iterator[str]:
    for name, title in SECTIONS.items():
        if name in fragments.texts:
            if title:
                yield make_title(title, 0)
            yield convert(fragments.texts[name], level=1)
    yield make_title("Credits", 0)
    yield make_title("Authors", 1)
    yield f"* {fragments.manifest['author']}"
    for name, title in CREDITS.items():
        if name in fragments.texts:
            yield make_title(title, 1)
            yield convert(fragments.texts[name], level=2)


def make_readme(fragments: Fragments) -> str:
    title = fragments.manifest["name"]
    rule = "=" * len(title)
    head = [f".. {GENERATED}", f"{rule}\n{title}\n{rule}"]
    return "\n\n".join([*head, *make_sections(fragments)]) + "\n"


def make_page(readme: str) -> str:
    """Return the description page, which Odoo shows in its list of apps."""
    parts = publish_parts(
        readme,
        writer="html5",
        settings_overrides={
            "input_encoding": "unicode",
            "output_encoding": "unicode",
            "syntax_highlight": "none",
            "halt_level": 2,
            "initial_header_level": 2,
            "smart_quotes": False,
        },
    )
    body = re.sub(r"<!--.*?-->\n", "", parts["html_body"], flags=re.DOTALL)
    return PAGE.format(generated=GENERATED, title=parts["title"], body=body.strip())


def generate(addon: Addon) -> dict[Path, str]:
    """Return the content of each generated file of an addon."""
    readme = make_readme(Fragments.read(addon.path))
    return {
        addon.path / "README.rst": readme,
        addon.path / "static" / "description" / "index.html": make_page(readme),
    }


def make_changelog(histories: dict[str, str]) -> str:
    """Return the readme/HISTORY.md of all addons, with the addons' names as titles."""
    sections = [
        f"## {name}\n\n{re.sub('^#', '##', text.strip(), flags=re.MULTILINE)}"
        for name, text in histories.items()
    ]
    return "\n\n".join([CHANGELOG_HEAD, *sections]) + "\n"


def generate_all(clone: Path) -> dict[Path, str]:
    """Return the content of the generated files of the clone."""
    addons = [one for one in find_addons(clone).values() if not one.is_test_only]
    files = {path: text for addon in addons for path, text in generate(addon).items()}
    histories = {
        addon.name: (addon.path / "readme" / "HISTORY.md").read_text()
        for addon in addons
    }
    return {**files, clone / "CHANGELOG.md": make_changelog(histories)}
