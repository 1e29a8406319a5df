# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Answers that no Odoo gives: they raise our errors and take no more than they may."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from vodoo import (
    ConfigurationError,
    DownloadError,
    OdooClient,
    OdooConfig,
    ProtocolError,
    UnexpectedAnswerError,
)
from vodoo.cli import main
from vodoo_support.clients import MODES, wire_config
from vodoo_support.raw_server import raw_server
from vodoo_support.stub_server import KEY, StubServer, good, html, reply

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
)


def answer_gzip(*contents: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"\r\n" + b"".join(contents))

    return answer


def config_of(url: str, **settings: Any) -> OdooConfig:
    given = {"url": url, "database": "db", "username": "ada", "password": KEY}
    return OdooConfig(**{**given, "protocol": "json2", **settings})


def test_the_server_of_these_tests_answers_after_it_has_read_the_body() -> None:
    with raw_server(lambda connection: connection.sendall(b"answer")) as url:
        host, _, port = url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n")
            time.sleep(0.2)  # the server has the head only
            connection.sendall(b"body")
            time.sleep(0.2)  # a reset would arrive now
            assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
            assert connection.recv(100) == b"answer"


@pytest.mark.parametrize("mode", MODES)
def test_a_compressed_answer_may_have_several_parts(
    make_client: Callable[..., Any], mode: str
) -> None:
    with raw_server(answer_gzip(gzip.compress(b"[1,"), gzip.compress(b"2]"))) as url:
        assert make_client(config_of(url), mode).search("m") == [1, 2]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "rest",
    [b"x" * 5_000_000, gzip.compress(b"more")],
    ids=["other bytes", "a second part"],  # compressed bytes contain the time
)
def test_nothing_may_follow_a_compressed_answer(
    make_client: Callable[..., Any], mode: str, rest: bytes
) -> None:
    with raw_server(answer_gzip(gzip.compress(b"[1]"), rest)) as url:
        with pytest.raises(ProtocolError):
            make_client(config_of(url), mode).search("m")


@pytest.mark.parametrize("size", [999_990, 2**20 - 5, 2**20, 2**20 + 3, 3 * 2**20])
def test_an_answer_is_decompressed_whole(stub: StubServer, size: int) -> None:
    compressed = gzip.compress(json.dumps([{"id": 1, "a": "x" * size}]).encode())
    with raw_server(answer_gzip(compressed)) as url:
        with OdooClient(config_of(url)) as client:
            assert len(client.read("m", [1], ["a"])[0]["a"]) == size


def gzipped(content: Any) -> Callable[[BaseHTTPRequestHandler], None]:
    body = gzip.compress(json.dumps(content).encode(), 1)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def test_a_compressed_attachment_may_exceed_the_limit_of_answers(
    stub: StubServer, tmp_path: Path
) -> None:
    content = b"\0" * 9_000_000
    datas = base64.b64encode(content).decode()
    listed = {"id": 5, "name": "a.bin", "file_size": len(content)}
    stub.script = [reply([listed]), gzipped([{"id": 5, "datas": datas}])]
    with OdooClient(wire_config(stub, max_answer_bytes=2**20)) as client:
        (path,) = client.tasks.download(1, tmp_path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "answer", [reply(None), html(), reply([{"id": 5, "datas": "!"}])]
)
def test_a_file_with_a_strange_answer_does_not_stop_the_others(
    stub: StubServer, tmp_path: Path, answer: Any
) -> None:
    sizes = {5: 3_000_000, 6: 2_000_000, 7: 3}
    listed = [{"id": i, "name": f"{i}", "file_size": sizes[i]} for i in sizes]
    small = reply([{"id": 7, "name": "7", "datas": "QUJD"}])
    stub.script = [reply(listed), answer, reply([{"id": 6, "datas": "QUJD"}]), small]
    with OdooClient(wire_config(stub)) as client:
        with pytest.raises(DownloadError) as caught:
            client.tasks.download(1, tmp_path)
    assert list(caught.value.errors) == [5]
    assert sorted(path.name for path in caught.value.saved) == ["6", "7"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["6", "7"]


@pytest.mark.parametrize("answer", [[], [7, 8], ["7"]])
def test_created_ids_of_another_number(stub: StubServer, answer: Any) -> None:
    stub.script = [reply(answer)]
    with OdooClient(wire_config(stub)) as client:
        with pytest.raises(UnexpectedAnswerError, match=r"m\.create"):
            client.create("m", {"a": 1})


@pytest.mark.parametrize("answer", [[], None, {"a": None}, {"a": "char"}])
def test_types_of_fields_of_another_form(
    wired: Callable[..., Any], stub: StubServer, answer: Any
) -> None:
    client = wired()
    wire = client.wire
    stub.script = [good(wire, [{"id": 1, "a": False}]), good(wire, answer)]
    with pytest.raises(UnexpectedAnswerError, match=r"m\.fields_get"):
        client.read("m", [1], ["a"])


@pytest.mark.parametrize(
    "page",
    [
        [{"write_date": "2026-01-01 00:00:00"}],
        [{"id": "1", "write_date": "2026-01-01 00:00:00"}],
        [{"id": 1}],
        [{"id": 1, "write_date": 17}],
        [{"id": 1, "write_date": "2026-13-01 00:00:00"}],
        [{"id": 1, "write_date": "9999-12-31 23:59:59"}],
    ],
)
def test_changes_without_a_point_to_resume_from(stub: StubServer, page: Any) -> None:
    stub.script = [reply(page)]
    with OdooClient(wire_config(stub)) as client:
        with pytest.raises(UnexpectedAnswerError, match=r"m\.search_read"):
            list(client.changes("m", "2025-01-01 00:00:00", ["a"]))


@pytest.mark.parametrize("mode", MODES)
def test_a_header_that_cannot_be_sent_is_not_shown(
    make_client: Callable[..., Any], stub: StubServer, mode: str
) -> None:
    for settings in (
        {"password": "geheim\ngeheim"},
        {"http_headers": {"X-Key": "geheim\r\nx: y"}},
    ):
        client = make_client(config_of(stub.url, **settings), mode)
        with pytest.raises(ProtocolError, match="a header is not valid") as caught:
            client.search("m")
        assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("timeout", None),
        ("timeout", 0),
        ("timeout", -1),
        ("max_concurrency", "4"),
        ("max_answer_bytes", 0),
        ("proxy", "geheim"),
        ("proxy", "ftp://geheim:21"),
        ("url", "https://my odoo.com"),
        ("url", "https://my.odoo.com?db=1"),
        ("url", "https://my.odoo.com/#top"),
        ("url", "https://my\x00.odoo.com"),
    ],
)
def test_a_setting_that_cannot_work_is_named(setting: str, value: Any) -> None:
    settings: dict[str, Any] = {"url": "https://my.odoo.com", setting: value}
    with pytest.raises(ConfigurationError, match=setting) as caught:
        config_of(**settings)
    assert "geheim" not in str(caught.value)


def test_a_file_of_certificates_that_does_not_exist() -> None:
    with pytest.raises(ConfigurationError, match=r"verify.*No such file"):
        OdooClient(config_of("https://my.odoo.com", verify="/does/not/exist"))


def test_names_and_halves_of_characters_do_not_harm_the_terminal(
    stub: StubServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in {"URL": stub.url, "DATABASE": "db", "USERNAME": "ada"}.items():
        monkeypatch.setenv(f"ODOO_{name}", value)
    monkeypatch.setenv("ODOO_PASSWORD", KEY)
    stub.script = [reply([{"id": 1, "na\x1b]0;me": "half \ud800 end"}])]
    for words in (["--json"], ["--simple"], []):
        assert main([*words, "res.partner", "search", "--fields", "name"]) == 0
        output = capsys.readouterr().out
        assert "end" in output
        assert "\x1b" not in output
        output.encode()
    assert main(["res.partner", "call", "m", "--kwargs", "[1]"]) == 2
    assert "--kwargs" in capsys.readouterr().err
