# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The certificates that a server is verified by."""

from __future__ import annotations

from pathlib import Path

import pytest
from vodoo._runners.http import HTTPOptions


def test_clients_share_the_certificates_of_the_system() -> None:
    assert HTTPOptions().certificates() is HTTPOptions().certificates()


def test_other_certificates_named_by_the_environment_are_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = HTTPOptions().certificates()
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert HTTPOptions().certificates() is not before


def test_a_server_need_not_be_known() -> None:
    assert HTTPOptions(verify=False).certificates() is False
