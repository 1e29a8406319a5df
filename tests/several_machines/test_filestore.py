# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Images that jobs import on two hosts without a common file store."""

import base64
import io
import random

import pytest
from machines_harness.imports import run_to_end, start_import
from PIL import Image

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

IMAGES = 60


def make_images(call, chance, count):
    """Create partners with different images in the source."""
    values = []
    for number in range(count):
        image = Image.new("RGB", (64, 64), tuple(chance.choices(range(256), k=3)))
        image.putpixel((number % 64, number // 64), (0, 0, 0))
        file = io.BytesIO()
        image.save(file, "PNG")
        content = base64.b64encode(file.getvalue()).decode()
        values.append({"name": f"Pictured {number}", "image_1920": content})
    call("res.partner", "create", values)


def count_missing(site, host):
    """Return how many images a host cannot read."""
    address = site.address_of(host)
    partners = site.world._call(
        address,
        "res.partner",
        "search_read",
        [("name", "like", "Pictured")],
        ["image_1920"],
    )
    assert len(partners) == IMAGES
    return sum(not partner["image_1920"] for partner in partners)


def import_images(site, seed):
    chance = random.Random(f"images {seed}")
    make_images(site.world.call_source, chance, IMAGES)
    start_import(site, chunk_size=5)
    run_to_end(site)
    return [count_missing(site, host) for host in site.hosts]


def test_a_shared_file_store_has_all_images(start_site, seed):
    with start_site() as site:
        assert import_images(site, seed) == [0, 0]


def test_each_host_lacks_the_files_that_the_other_wrote(start_site, seed, say):
    with start_site(shares_files=False) as site:
        missing = import_images(site, seed)
        say(f"not shared: of {IMAGES} images, odoo1 and odoo2 lack {missing}")
        assert sum(missing) == IMAGES


def test_attachments_in_the_database_need_no_shared_folder(start_site, seed):
    with start_site(shares_files=False) as site:
        site.world.call_target(
            "ir.config_parameter", "set_param", "ir_attachment.location", "db"
        )
        assert import_images(site, seed) == [0, 0]
