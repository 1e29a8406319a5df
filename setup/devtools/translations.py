# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Templates and translations of the addons' terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import copy
from pathlib import Path

import polib

LANGUAGES = {"fr": "nplurals=2; plural=(n > 1);"}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdrf]|%%|\{\w*\}")


def template_path(addon: Path) -> Path:
    return addon / "i18n" / f"{addon.name}.pot"


def translation_path(addon: Path, language: str) -> Path:
    return addon / "i18n" / f"{language}.po"


def read_terms(path: Path) -> list[polib.POEntry]:
    """Return the terms of a file; none if there is no file."""
    return list(polib.pofile(str(path))) if path.is_file() else []


def make_file(entries: Iterable[polib.POEntry], **metadata: str) -> polib.POFile:
    """Return a file of terms with a header without dates, which change each time."""
    file = polib.POFile(wrapwidth=78)
    file.metadata = {
        "Report-Msgid-Bugs-To": "",
        "Last-Translator": "",
        "Language-Team": "",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        **metadata,
    }
    file.extend(entries)
    return file


def normalised_template(exported: Iterable[polib.POEntry], name: str) -> polib.POFile:
    """Return Odoo's export of an addon with a standard header, sorted."""
    entries = [
        polib.POEntry(
            msgid=entry.msgid,
            comment=entry.comment,
            occurrences=sorted(entry.occurrences),
        )
        for entry in sorted(exported, key=lambda entry: entry.msgid)
    ]
    return make_file(entries, **{"Project-Id-Version": f"{name} 19.0"})


def merged_translation(
    template: polib.POFile,
    known: Iterable[polib.POEntry],
    language: str,
    of_odoo: Mapping[str, str],
) -> polib.POFile:
    """Return the translation with the template's terms, in its order.

    Translations are kept. A new term takes Odoo's translation, if there is one. Terms
    that are not in the template are dropped.
    """
    texts = {entry.msgid: entry.msgstr for entry in known if not entry.fuzzy}
    header = {"Language": language, "Plural-Forms": LANGUAGES[language]}
    merged = make_file(map(copy, template), **{**template.metadata, **header})
    for entry in merged:
        entry.msgstr = texts.get(entry.msgid) or of_odoo.get(entry.msgid, "")
    return merged


def find_problems(template: polib.POFile, translation: polib.POFile) -> list[str]:
    """Return the problems of a translation."""
    terms = {entry.msgid for entry in template}
    translated = {entry.msgid for entry in translation if entry.translated()}
    obsolete = [entry.msgid for entry in translation if entry.msgid not in terms]
    return [
        *(f"no longer a term: {msgid!r}" for msgid in obsolete),
        *(f"not translated: {msgid!r}" for msgid in sorted(terms - translated)),
        *(
            f"other placeholders: {entry.msgid!r}: {entry.msgstr!r}"
            for entry in translation
            if entry.msgstr and placeholders(entry.msgid) != placeholders(entry.msgstr)
        ),
    ]


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))
