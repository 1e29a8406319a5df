# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Templates and translations of the addons' terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import polib

from .addons import is_addon, read_addon
from .odoo_source import OdooSource

LANGUAGES = {"fr": "nplurals=2; plural=(n > 1);"}

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdrf]|%%|\{\w*\}")

#: a term's translation in Odoo's own files, if there is one
Translate = Callable[[str], "str | None"]


def template_path(addon: Path) -> Path:
    return addon / "i18n" / f"{addon.name}.pot"


def translation_path(addon: Path, language: str) -> Path:
    return addon / "i18n" / f"{language}.po"


def template_header(addon_name: str) -> dict[str, str]:
    """Return a header without dates, which would change with each export."""
    return {
        "Project-Id-Version": f"{addon_name} 19.0",
        "Report-Msgid-Bugs-To": "",
        "Last-Translator": "",
        "Language-Team": "",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }


def normalised_template(exported: polib.POFile, addon_name: str) -> polib.POFile:
    """Return an export of Odoo with a standard header and sorted terms and places."""
    template = polib.POFile(wrapwidth=78)
    template.metadata = template_header(addon_name)
    for entry in sorted(exported, key=lambda entry: entry.msgid):
        template.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgstr="",
                comment=entry.comment,
                occurrences=sorted(entry.occurrences),
            )
        )
    return template


def merged_translation(
    template: polib.POFile,
    known: Iterable[polib.POEntry],
    language: str,
    translate: Translate,
) -> polib.POFile:
    """Return the translation with the template's terms, in its order.

    Translations are kept. A new term takes Odoo's translation, if there is one. Terms
    that are not in the template are dropped.
    """
    translated = {entry.msgid: entry.msgstr for entry in known if not entry.fuzzy}
    translation = polib.POFile(wrapwidth=78)
    translation.metadata = {
        **template.metadata,
        "Language": language,
        "Plural-Forms": LANGUAGES[language],
    }
    for entry in template:
        translation.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgstr=translated.get(entry.msgid) or translate(entry.msgid) or "",
                comment=entry.comment,
                occurrences=entry.occurrences,
            )
        )
    return translation


def find_problems(template: polib.POFile, translation: polib.POFile) -> list[str]:
    """Return the problems of a translation."""
    terms = {entry.msgid for entry in template}
    problems = [
        f"no longer a term: {entry.msgid!r}"
        for entry in translation
        if entry.msgid not in terms
    ]
    missing = terms - {e.msgid for e in translation if e.msgstr and not e.fuzzy}
    problems += [f"not translated: {msgid!r}" for msgid in sorted(missing)]
    problems += [
        f"other placeholders: {entry.msgid!r}: {entry.msgstr!r}"
        for entry in translation
        if entry.msgstr and placeholders(entry.msgid) != placeholders(entry.msgstr)
    ]
    return problems


def placeholders(text: str) -> list[str]:
    """Return the placeholders of a term."""
    return sorted(PLACEHOLDER.findall(text))


def odoo_translations(
    odoo: OdooSource, addon_names: Iterable[str], language: str
) -> dict[str, str]:
    """Return ``{term: translation}`` of addons of Odoo and those they depend on."""
    found: dict[str, str] = {}
    for addon in odoo_addons(odoo, addon_names):
        path = translation_path(addon, language)
        for entry in polib.pofile(str(path)) if path.is_file() else []:
            if entry.msgstr and not entry.fuzzy and not entry.msgctxt:
                found.setdefault(entry.msgid, entry.msgstr)
    return found


def odoo_addons(odoo: OdooSource, addon_names: Iterable[str]) -> list[Path]:
    """Return the folders of addons of Odoo and of those they depend on, by name."""
    folders: dict[str, Path] = {}
    pending = {"base", *addon_names}
    while pending:
        name = pending.pop()
        candidates = [folder / name for folder in odoo.addons_paths]
        path = next(filter(is_addon, candidates), None)
        if path is not None and name not in folders:
            folders[name] = path
            pending.update(getattr(read_addon(path), "depends", ()))
    return [folders[name] for name in sorted(folders)]
