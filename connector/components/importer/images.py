# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import the image of a record that is in Odoo already.

An importer calls ``run`` in its ``_after_import``. A missing or broken image is logged,
not raised: the next source is tried, and the record is imported without it.
"""

from __future__ import annotations

import base64
import logging
import textwrap
from collections.abc import Iterable
from inspect import signature
from typing import Any

from odoo import models
from odoo.tools.image import image_process
from odoo.tools.mimetypes import guess_mimetype

from odoo.addons.component.core import AbstractComponent

from ...exception import IDMissingInBackend, InvalidDataError
from ...http.download import MAX_BYTES
from ...http.errors import RestRefusal
from ...http.secrets import redact_params
from ..comparison.changes import changed_values, remember_held
from ..two_way.unconfirmed import find_unconfirmed
from .hooks import IMPORT_CONTEXT

_logger = logging.getLogger(__name__)

#: of a source that is logged: a ``data:`` URL may have millions
MAX_SOURCE_CHARACTERS = 200


class ImageImporter(AbstractComponent):
    """Importer of the images of one model."""

    _name = "generic.image.importer"
    _inherit = "base.importer"
    _usage = "image.importer"

    _image_field = "image_1920"
    #: larger files are refused
    _max_bytes = MAX_BYTES

    def _image_sources(self, external_id: Any, external_record: Any) -> Iterable[Any]:
        """Return the addresses, or keys, of images of the record, the best first."""
        raise NotImplementedError(
            f"{self._name} does not say where the images are: override "
            "_image_sources to return their addresses, the best first."
        )

    def _read_image(self, source: Any) -> bytes | None:
        """Return the content of an image, None if it does not exist.

        :raise IDMissingInBackend: it does not exist, which is not logged
        :raise InvalidDataError, RestRefusal: it cannot be used, which is logged
        """
        read_image = self.backend_adapter.read_image
        options = {}
        if "max_bytes" in signature(read_image).parameters:
            options["max_bytes"] = self._max_bytes
        try:
            return read_image(source, **options)
        except IDMissingInBackend as error:
            raise InvalidDataError(str(error)) from error

    def run(
        self, external_id: Any, binding: models.BaseModel, external_record: Any = None
    ) -> bool:
        """Import the first image that can be used; return whether it changed.

        :raise RetryableJobError: the backend failed temporarily
        """
        for source in self._image_sources(external_id, external_record):
            try:
                content = self._read_image(source)
                image = self._checked_image(content) if content else None
            except IDMissingInBackend:
                continue
            except (InvalidDataError, RestRefusal) as error:
                _logger.warning(
                    "Image %s of %s %s of %s is not imported: %s",
                    redact_params(textwrap.shorten(str(source), MAX_SOURCE_CHARACTERS)),
                    self.model._name,
                    external_id,
                    self.backend_record.display_name,
                    error,
                )
                continue
            if image:
                return self._write_image(binding, image)
        return False

    def _checked_image(self, content: bytes) -> bytes:
        """Return the image as Odoo stores it.

        :raise InvalidDataError: it cannot be used
        """
        if len(content) > self._max_bytes:
            raise InvalidDataError(
                f"{len(content)} bytes; the maximum is {self._max_bytes}"
            )
        kind = guess_mimetype(content, default="unknown")
        # an SVG may hold scripts, and Odoo takes a web page for one
        if not kind.startswith("image/") or kind.startswith("image/svg"):
            raise InvalidDataError(f"expected an image, found {kind}")
        field = self.model._fields[self._image_field]
        field = field.related_field or field
        size = getattr(field, "max_width", 0), getattr(field, "max_height", 0)
        try:
            return image_process(content, size=size, verify_resolution=True)
        except Exception as error:
            # the libraries raise any error for bytes that only look like an image
            raise InvalidDataError(f"broken image: {error}") from error

    def _write_image(self, binding: models.BaseModel, image: bytes) -> bool:
        """Write the image if it changed and has no unconfirmed edit."""
        values = {self._image_field: base64.b64encode(image)}
        binding = binding.with_context(**IMPORT_CONTEXT)
        changes = changed_values(binding, values)
        if changes:
            edits = find_unconfirmed(self.work, binding).get(binding.id)
            if edits and edits.edited(binding, changes):
                return False
            binding.write(changes)
            remember_held(binding, changes)
        return bool(changes)
