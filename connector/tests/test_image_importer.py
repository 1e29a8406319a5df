# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import io

from PIL import Image

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.component.core import Component

from ..exception import IDMissingInBackend, NetworkRetryableError
from .common import TestConnectorCase

PARTNER = "test.res.partner"
LOGGER = "odoo.addons.connector.components.importer.images"


def image(color, size=(8, 8)):
    stream = io.BytesIO()
    Image.new("RGB", size, color).save(stream, "PNG")
    return stream.getvalue()


@tagged("post_install", "-at_install")
class TestImageImporter(TestConnectorCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        images = self.images = {}

        class Importer(Component):
            _name = "test.image.importer"
            _inherit = ["test.connector", "generic.image.importer"]

            def _image_sources(self, external_id, external_record):
                return external_record["images"]

            def _read_image(self, source):
                content = images[source]
                if isinstance(content, Exception):
                    raise content
                return content

        self.build_components(Importer)
        self.importer = self.component("image.importer", PARTNER)
        self.binding = self.env[PARTNER].create(
            {"backend_id": self.backend.id, "external_id": "1", "name": "Azure"}
        )

    def run_importer(self, *sources):
        return self.importer.run(1, self.binding, {"images": sources})

    def stored(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return base64.b64decode(self.binding.odoo_id.image_1920 or b"")

    def test_first_image_is_written(self):
        self.images.update(red=image("red"), blue=image("blue"))
        self.assertTrue(self.run_importer("red", "blue"))
        self.assertEqual(self.stored(), image("red"))

    def test_image_that_is_there_is_not_written_again(self):
        self.images.update(red=image("red"), large=image("red", (3000, 2000)))
        for source in ("red", "large"):
            self.assertTrue(self.run_importer(source))
            self.stored()
            self.assertFalse(self.run_importer(source), source)

    def test_another_image_replaces_the_one_there(self):
        self.images.update(red=image("red"), blue=image("blue"))
        self.run_importer("red")
        self.assertTrue(self.run_importer("blue"))
        self.assertEqual(self.stored(), image("blue"))

    def test_large_image_is_made_smaller(self):
        self.images["large"] = image("red", (3000, 2000))
        self.run_importer("large")
        self.assertEqual(Image.open(io.BytesIO(self.stored())).size, (1920, 1280))

    def test_missing_and_broken_images_are_passed_over(self):
        self.images.update(
            missing=IDMissingInBackend("gone"),
            none=None,
            page=b"<html>Please log in</html>",
            drawing=b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
            broken=image("red")[:40],
            good=image("green"),
        )
        with self.assertLogs(LOGGER, "WARNING") as logs:
            self.assertTrue(self.run_importer(*self.images))
        self.assertEqual(self.stored(), image("green"))
        self.assertEqual(len(logs.output), 3)
        sources = ("page", "drawing", "broken")
        for source, output in zip(sources, logs.output, strict=True):
            self.assertIn(f"{source} of test.res.partner 1 of Test", output)

    def test_image_that_is_too_large_is_passed_over(self):
        self.images["red"] = image("red")
        type(self.importer)._max_bytes = 10
        with mute_logger(LOGGER):
            self.assertFalse(self.run_importer("red"))
        self.assertFalse(self.stored())

    def test_record_without_images_is_left_alone(self):
        self.assertFalse(self.run_importer())

    def test_backend_that_fails_for_a_while_is_asked_again(self):
        self.images["red"] = NetworkRetryableError("down")
        with self.assertRaises(NetworkRetryableError):
            self.run_importer("red")
