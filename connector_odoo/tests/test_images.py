# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Images are read apart from their records, and only where they are needed."""

import base64
import io
from contextlib import contextmanager
from unittest.mock import patch

from PIL import Image

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from odoo.addons.queue_job.tests.common import trap_jobs

from ..components import images
from ..components.images import RemoteImages, read_size, split_by_size
from ..remote import RemoteOdoo
from .common import OdooConnectorCase

PARTNER = "odoo.res.partner"
QUIET = {"connector_no_export": True}


def make_image(color, side=8):
    file = io.BytesIO()
    Image.effect_noise((side, side), color).save(file, "PNG")
    return base64.b64encode(file.getvalue())


class TestSizes(BaseCase):
    def test_sizes_are_read_as_odoo_and_postgresql_write_them(self):
        for text, size in (
            ("512.00 bytes", 512),
            ("1.50 Kb", 1536),
            ("2.00 Mb", 2 * 1024**2),
            ("12 kB", 12 * 1024),
            ("9 MB", 9 * 1024**2),
            ("iVBORw0KGgo=", images.MAX_BYTES),
            ("1.00 Gb", images.MAX_BYTES),
        ):
            self.assertEqual(read_size(text), size, text)

    def test_a_call_reads_a_bounded_number_of_bytes(self):
        third = images.MAX_BYTES / 3
        sizes = {1: third, 2: third, 3: third, 4: 1, 5: 2 * images.MAX_BYTES, 6: 1}
        self.assertEqual(list(split_by_size(sizes)), [[1, 2, 3], [4], [5], [6]])

    def test_an_image_that_was_not_prefetched_is_read_alone(self):
        calls = []

        def read(ids, fields):
            calls.append((ids, fields))
            return {key: {"id": key, "image_1920": "abc"} for key in ids}

        found = RemoteImages(read)
        record = {"id": 7, "image_1920": "1.00 Kb"}
        self.assertEqual(found.content(record, "image_1920"), "abc")
        self.assertEqual(calls, [([7], ["image_1920"])])
        self.assertIs(
            found.content({"id": 7, "image_1920": False}, "image_1920"), False
        )
        self.assertEqual(len(calls), 1)


@tagged("post_install", "-at_install")
class TestImages(OdooConnectorCase):
    def setUp(self):
        super().setUp()
        self.partners = self.env["res.partner"].create(
            [
                {"name": f"Pictured {number}", "image_1920": make_image(number + 1)}
                for number in range(3)
            ]
        )
        self.plain = self.env["res.partner"].create({"name": "Plain"})
        self.env.flush_all()

    @contextmanager
    def _recording(self):
        """Yield the answers of ``res.partner`` that hold the content of an image."""
        call, answers = RemoteOdoo.call, []

        def recorded(remote, model, method, *args, **kwargs):
            answer = call(remote, model, method, *args, **kwargs)
            if model == "res.partner" and method in ("read", "search_read"):
                rows = [
                    row["id"]
                    for row in answer
                    if len(str(row.get("image_1920") or "")) > 20
                ]
                if rows:
                    answers.append(rows)
            return answer

        with patch.object(RemoteOdoo, "call", recorded):
            yield answers

    def test_images_come_in_separate_bounded_calls(self):
        with self._recording() as answers:
            with patch.object(images, "MAX_BYTES", 1):
                bindings = self._import(PARTNER, self.partners + self.plain)
        self.assertEqual(answers, [[key] for key in self.partners.ids])
        self.assertEqual(
            bindings.mapped("image_1920"),
            [*self.partners.mapped("image_1920"), False],
        )

    def test_small_images_of_a_chunk_come_together(self):
        with self._recording() as answers:
            self._import(PARTNER, self.partners + self.plain)
        self.assertEqual(answers, [self.partners.ids])

    def test_an_unchanged_record_has_no_image_read(self):
        self._import(PARTNER, self.partners)
        with self._recording() as answers:
            for partner in self.partners:
                self.env[PARTNER].import_record(self.backend, partner.id)
        self.assertEqual(answers, [])

    def test_a_new_image_is_imported(self):
        bindings = self._import(PARTNER, self.partners)
        image = make_image(90, side=16)
        self.partners[0].with_context(**QUIET).image_1920 = image
        self.env.flush_all()
        self.env[PARTNER].import_record(self.backend, self.partners[0].id, force=True)
        self.assertEqual(bindings[0].image_1920, self.partners[0].image_1920)

    def _export(self, partner, **kwargs):
        binding = self.env[PARTNER].with_context(**QUIET)
        binding = binding.search([("odoo_id", "=", partner.id)]) or binding.create(
            {"odoo_id": partner.id, "backend_id": self.backend.id}
        )
        self.env.flush_all()
        binding.with_env(self.env).export_record(**kwargs)
        return binding, self.env["res.partner"].browse(int(binding.external_id))

    def test_an_export_reads_no_image(self):
        self.backend.sync_partners = "both"
        with self._recording() as answers:
            _binding, there = self._export(self.partners[0])
            self.partners[0].with_context(**QUIET).city = "Paris"
            self._export(self.partners[0], fields=["city"])
        there.invalidate_recordset()
        self.assertEqual(there.city, "Paris")
        self.assertEqual(there.image_1920, self.partners[0].image_1920)
        self.assertEqual(answers, [])

    def test_an_image_that_both_sides_changed_is_a_conflict(self):
        self.backend.write({"sync_partners": "both", "conflict_policy": "remote"})
        partner = self.partners[0]
        binding, there = self._export(partner)
        theirs, ours = make_image(90, side=16), make_image(90, side=24)
        there.with_context(**QUIET).image_1920 = theirs
        with trap_jobs():
            partner.image_1920 = ours
            self.env.cr.flush()
        self.env.flush_all()
        with trap_jobs():
            binding.with_env(self.env).export_record(fields=["image_1920"])
        there.invalidate_recordset()
        self.assertEqual(there.image_1920, theirs)
        binding.with_env(self.env).import_record(self.backend, there.id)
        self.assertEqual(partner.image_1920, theirs)
