# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Images of a REST backend."""

import base64
import io
from unittest.mock import patch

from PIL import Image

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.component.core import Component

from ..exception import NetworkRetryableError
from .rest_common import PARTNER
from .rest_server import Reply
from .test_rest_download import PNG, DownloadCase

LOGGER = "odoo.addons.connector.components.importer.images"


def image(color="red"):
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(stream, "PNG")
    return stream.getvalue()


@tagged("post_install", "-at_install")
class TestImagesOfARestBackend(DownloadCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        base_url = self.server.url

        class Adapter(Component):
            _name = "test.rest.adapter"
            _inherit = ["test.connector", "generic.rest.adapter"]
            _apply_on = PARTNER
            _usage = "test.rest"
            _endpoint = "/partners"

            def _base_url(self):
                return base_url

        class Importer(Component):
            _name = "test.image.importer"
            _inherit = ["test.connector", "generic.image.importer"]
            _base_backend_adapter_usage = "test.rest"

            def _image_sources(self, external_id, external_record):
                return external_record["images"]

        self.build_components(Adapter, Importer)
        self.importer = self.component("image.importer", PARTNER)
        self.binding = self.env[PARTNER].create(
            {"backend_id": self.backend.id, "external_id": "1", "name": "Azure"}
        )

    def run_importer(self, *sources):
        with self.assertLogs(LOGGER, "WARNING") as logs:
            written = self.importer.run(1, self.binding, {"images": sources})
        return written, logs.output

    def test_each_source_that_is_refused_is_logged_and_the_next_is_tried(self):
        self.server.reply = lambda request: {
            "/missing.png": Reply(None, 404),
            "/refused.png": Reply(None, 403),
            "/page.png": Reply(b"<html>Log in</html>", 200, {"Content-Type": PNG}),
            "/broken.png": Reply(image()[:40]),
            "/good.png": Reply(image("green")),
        }[request.path]
        self.other.reply = lambda request: None
        names = ("missing", "refused", "page", "broken")
        written, logs = self.run_importer(
            *(f"/{name}.png" for name in names),
            f"{self.other.url}/down.png",
            "file:///etc/passwd",
            "/good.png",
        )
        self.assertTrue(written)
        self.assertEqual(len(logs), 6)
        self.assertEqual(
            base64.b64decode(self.binding.odoo_id.image_1920), image("green")
        )

    def test_image_that_is_too_large_is_not_read_to_its_end(self):
        self.reply(Reply(b"x" * 1000))
        with patch.object(type(self.importer), "_max_bytes", 10):
            written, logs = self.run_importer("/large.png")
        self.assertFalse(written)
        self.assertIn("1000 bytes, at most 10 are allowed", logs[0])

    def test_record_is_imported_again_where_the_backend_fails(self):
        self.reply(Reply(None, 503))
        with self.assertRaises(NetworkRetryableError), mute_logger(LOGGER):
            self.importer.run(1, self.binding, {"images": ["/a.png"]})

    def test_long_source_is_cut_in_the_log(self):
        _written, logs = self.run_importer("data:image/png;base64," + "A" * 100_000)
        self.assertLess(len(logs[0]), 1000)
