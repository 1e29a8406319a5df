# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every term has its place in the template, and a translation."""

import io

import polib
import pytest
from devtools.addons import find_addons
from devtools.environment import CLONE
from devtools.translations import (
    LANGUAGES,
    find_problems,
    merged_translation,
    template_path,
    translation_path,
)

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

ADDONS = {
    name: addon for name, addon in find_addons(CLONE).items() if not addon.is_test_only
}
RUN = "run ./dev i18n"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("addon", ADDONS.values(), ids=ADDONS)
def test_every_term_is_translated(addon, language):
    template = polib.pofile(str(template_path(addon.path)))
    translation = polib.pofile(str(translation_path(addon.path, language)))
    assert find_problems(template, translation) == [], RUN


def term(msgid, msgstr="", **kwargs):
    return polib.POEntry(msgid=msgid, msgstr=msgstr, **kwargs)


def make_file(*entries):
    file = polib.POFile()
    file.metadata = {}
    file.extend(entries)
    return file


def test_translated_terms_stay_and_new_ones_are_looked_up_in_odoo():
    template = make_file(term("Backend"), term("Jobs"), term("Name"))
    known = [term("Backend", "Système"), term("Gone", "Parti")]
    merged = merged_translation(template, known, "fr", {"Name": "Nom"})
    assert [(entry.msgid, entry.msgstr) for entry in merged] == [
        ("Backend", "Système"),
        ("Jobs", ""),
        ("Name", "Nom"),
    ]


def test_fuzzy_translation_does_not_count():
    known = [term("Name", "Nom", flags=["fuzzy"])]
    merged = merged_translation(make_file(term("Name")), known, "fr", {})
    assert merged[0].msgstr == ""


def test_missing_or_inconsistent_translation_is_reported():
    template = make_file(term("%s jobs"), term("%(a)s of %(b)s"), term("Name"))
    translation = make_file(
        term("%s jobs", "%d tâches"), term("%(a)s of %(b)s", "%(b)s : %(a)s")
    )
    assert find_problems(template, translation) == [
        "not translated: 'Name'",
        "other placeholders: '%s jobs': '%d tâches'",
    ]


@tagged("post_install", "-at_install")
class TestTemplates(TransactionCase):
    """Compare the templates with the terms that Odoo finds now."""

    def test_templates_hold_the_terms_that_odoo_finds(self):
        for addon in ADDONS.values():
            with self.subTest(addon=addon.name):
                found = self._export(addon.name)
                kept = polib.pofile(str(template_path(addon.path)))
                self.assertEqual(self._terms(kept) - self._terms(found), set(), RUN)
                own = [e for e in found if self._is_of_the_addon(addon.name, e)]
                self.assertEqual(self._terms(own) - self._terms(kept), set(), RUN)

    def _export(self, addon_name):
        with io.BytesIO() as buffer:
            trans_export(False, [addon_name], buffer, "po", self.env)
            return polib.pofile(buffer.getvalue().decode())

    def _terms(self, entries):
        return {entry.msgid for entry in entries}

    def _is_of_the_addon(self, addon_name, entry):
        """Exclude fields of other addons: each further addon adds some."""
        return any(
            not self._is_field_of_others(addon_name, place)
            for place, _line in entry.occurrences
        )

    def _is_field_of_others(self, addon_name, place):
        kind, _comma, named = place.partition(",")
        if not kind.startswith("model:ir.model.fields"):
            return False
        record = self.env.ref(named.partition(":")[2])
        if record._name == "ir.model.fields.selection":
            record = record.field_id
        field = self.env[record.model]._fields[record.name]
        return field.inherited or addon_name not in field._modules
