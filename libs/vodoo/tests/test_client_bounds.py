# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A call ends in time, and takes no more memory and disk than it may."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import socket
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from vodoo import (
    ConnectionFailedError,
    DownloadError,
    OdooClient,
    OdooConfig,
    OutcomeUnknownError,
    ProtocolError,
    RequestTimeoutError,
    RetryConfig,
)
from vodoo._files import Base64File, safe_name
from vodoo_support.clients import MODES, wire_config
from vodoo_support.raw_server import raw_server
from vodoo_support.stub_server import (
    KEY,
    StubServer,
    answer_after,
    json_2_error,
    reply,
)

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def drip_body(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 10000\r\n\r\n")
    for _ in range(300):
        connection.sendall(b" ")
        time.sleep(0.1)


def drip_head(connection: socket.socket) -> None:
    connection.sendall(HEAD)
    for number in itertools.count():
        connection.sendall(b"X-%d: a\r\n" % number)
        time.sleep(0.1)


def drip_first_line(connection: socket.socket) -> None:
    for byte in b"HTTP/1.1 200 " + b"O" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def silence(connection: socket.socket) -> None:
    time.sleep(30)


def config_of(url: str, deadline: float, **settings: Any) -> OdooConfig:
    return OdooConfig(
        url=url,
        database="db",
        username="ada",
        password=KEY,
        protocol="json2",
        timeout=60,
        retry=RetryConfig(max_retries=3, backoff_base=0.01, deadline=deadline),
        **settings,
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "answer", [drip_body, drip_head, drip_first_line, silence], ids=lambda f: f.__name__
)
def test_the_deadline_limits_the_whole_call(
    make_client: Callable[..., Any], mode: str, answer: Any
) -> None:
    with raw_server(answer) as url:
        client = make_client(config_of(url, 0.7), mode)
        started = time.monotonic()
        with pytest.raises(RequestTimeoutError):
            client.search("res.partner")
        # the answers last 30 s and longer
        assert 0.5 < time.monotonic() - started < 20


@pytest.mark.parametrize("mode", MODES)
def test_waiting_for_a_connection_counts_too(
    make_client: Callable[..., Any], stub: StubServer, mode: str
) -> None:
    stub.script = [answer_after(2, reply([]))]
    config = config_of(stub.url, 0.5, max_concurrency=1)
    client = make_client(config, mode)
    result = client.create_many("m", [{"a": 1}, {"a": 2}], chunk_size=1, concurrency=2)
    # The second was not sent, or with the little time that was left.
    assert {type(error) for error in result.errors} <= {
        ConnectionFailedError,
        OutcomeUnknownError,
    }
    assert len(result.errors) == 2


@pytest.mark.parametrize("mode", MODES)
def test_a_call_after_one_that_was_late_has_its_own_time(
    make_client: Callable[..., Any], stub: StubServer, mode: str
) -> None:
    stub.script = [answer_after(3, reply([])), reply([4])]
    config = config_of(stub.url, 1, max_concurrency=1)
    client = make_client(config, mode)
    with pytest.raises(RequestTimeoutError):
        client.search("res.partner")
    time.sleep(0.6)
    assert client.search("res.partner") == [4]


def bomb(size: int) -> Any:
    compressed = gzip.compress(b"[" + b" " * size + b"]")

    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(compressed)))
        handler.end_headers()
        handler.wfile.write(compressed)

    return answer


@pytest.mark.parametrize("mode", MODES)
def test_a_bomb_is_not_unpacked(
    make_client: Callable[..., Any], stub: StubServer, mode: str
) -> None:
    stub.script = [bomb(60 * 2**20)]
    client = make_client(wire_config(stub, max_answer_bytes=2**20), mode)
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError, match="larger than 1,048,576 bytes"):
            client.search("res.partner")
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("mode", MODES)
def test_answers_up_to_the_limit_are_read(
    make_client: Callable[..., Any], stub: StubServer, mode: str
) -> None:
    stub.script = [bomb(2**20 - 2), reply([3]), reply(["x" * 2**20])]
    client = make_client(wire_config(stub, max_answer_bytes=2**20), mode)
    assert client.execute("res.partner", "search") == []
    assert client.search("res.partner") == [3]
    with pytest.raises(ProtocolError, match="max_answer_bytes"):
        client.execute("res.partner", "search")


@pytest.mark.parametrize("mode", MODES)
def test_an_encoding_that_was_not_asked_for_is_refused(
    make_client: Callable[..., Any], stub: StubServer, mode: str
) -> None:
    stub.script = [reply([], Content_Encoding="br")]
    with pytest.raises(ProtocolError, match="not asked for"):
        make_client(wire_config(stub), mode).search("res.partner")
    assert stub.received[-1].headers["accept-encoding"] == "gzip"


def test_names_are_cut_by_bytes() -> None:
    for name in ("ä" * 300 + ".pdf", "名" * 300, "x." + "名" * 300, "\ud800.txt"):
        safe = safe_name(name)
        assert 0 < len(safe.encode()) <= 200
    assert safe_name("ä" * 300 + ".pdf").endswith("ä.pdf")


def attachments(stub: StubServer, contents: dict[str, Any]) -> None:
    rows = [
        {"id": n, "name": name, "file_size": 3, "mimetype": "x", "create_date": "x"}
        for n, name in enumerate(contents, 1)
    ]

    def answer(handler: Any) -> None:
        if "search_read" in handler.path:
            return reply(rows)(handler)
        wanted = stub.received[-1].body["ids"]
        datas = list(contents.values())
        if any(datas[n - 1] is None for n in wanted):
            return json_2_error(500, "builtins.OSError", "lost")(handler)
        found = [{**rows[n - 1], "datas": datas[n - 1]} for n in wanted]
        return reply(found)(handler)

    stub.script = [answer]


@pytest.mark.parametrize("mode", MODES)
def test_a_failing_file_does_not_drop_the_others(
    make_client: Callable[..., Any], stub: StubServer, mode: str, tmp_path: Path
) -> None:
    good = base64.b64encode(b"abc").decode()
    attachments(
        stub, {"a.txt": good, "b.txt": None, "c.txt": "no base64!", "../d.txt": good}
    )
    client = make_client(wire_config(stub), mode)
    with pytest.raises(DownloadError, match=r"2 attachments .* 2 were") as caught:
        client.crm.download(7, tmp_path)
    assert caught.value.saved == [tmp_path / "a.txt", tmp_path / "d.txt"]
    assert caught.value.errors.keys() == {2, 3}
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "d.txt"}


def test_a_json_body_is_read_as_before(stub: StubServer) -> None:
    stub.script = [reply([{"id": 1, "name": "é\x00"}])]
    with OdooClient(wire_config(stub)) as client:
        assert client.read("m", [1], ["name"]) == [{"id": 1, "name": "é\x00"}]
    assert json.loads(json.dumps(stub.calls[-1].body)) == {
        "ids": [1],
        "fields": ["name"],
    }


def serve_large_file(size: int) -> Any:
    """Answer with a file of ``size`` bytes without having it in memory."""
    block = base64.b64encode(b"abc" * 2**14)
    count = size // (3 * 2**14)

    def answer(handler: Any) -> None:
        if "search_read" in handler.path:
            row = {"id": 5, "name": "large.bin", "file_size": size}
            return reply([row])(handler)
        head, tail = b'[{"id": 5, "datas": "', b'"}]'
        length = len(head) + len(block) * count + len(tail)
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(length))
        handler.end_headers()
        handler.wfile.write(head)
        for _ in range(count):
            handler.wfile.write(block)
        handler.wfile.write(tail)

    return answer


@pytest.mark.parametrize("mode", MODES)
def test_a_large_attachment_goes_to_the_disk_as_it_comes(
    make_client: Callable[..., Any], stub: StubServer, mode: str, tmp_path: Path
) -> None:
    size = 3 * 2**14 * 400  # about 20 MB
    stub.script = [serve_large_file(size)]
    client = make_client(wire_config(stub, max_answer_bytes=2**20), mode)
    tracemalloc.start()
    try:
        (path,) = client.crm.download(7, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 6 * 2**20
    finally:
        tracemalloc.stop()
    assert path.stat().st_size == size
    assert path.read_bytes()[:6] == b"abcabc"


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 64, 10_000])
def test_a_file_in_an_answer_is_found_wherever_chunks_end(
    tmp_path: Path, size: int
) -> None:
    content = bytes(range(256)) * 5
    answer = json.dumps(
        [
            {
                "id": 1,
                "name": 'a "datas": "x',
                "datas": base64.b64encode(content).decode(),
            }
        ]
    ).encode()
    with (tmp_path / "x").open("w+b") as file:
        sink = Base64File(file, "datas")
        for _ in range(2):  # the second time as after a lost answer
            sink.begin()
            kept = b"".join(
                sink.feed(answer[at : at + size]) for at in range(0, len(answer), size)
            )
            assert json.loads(kept + sink.end())[0]["datas"] == ""
        file.seek(0)
        assert file.read() == content


@pytest.mark.parametrize("mode", MODES)
def test_a_large_attachment_that_fails_leaves_no_file(
    make_client: Callable[..., Any], stub: StubServer, mode: str, tmp_path: Path
) -> None:
    rows = [{"id": 5, "name": "large.bin", "file_size": 2**22}]
    failure = json_2_error(500, "builtins.OSError", "lost")
    stub.script = [reply(rows), failure, reply(rows), reply([{"id": 5, "datas": "?!"}])]
    client = make_client(wire_config(stub), mode)
    for _ in range(2):
        with pytest.raises(DownloadError, match="1 attachments"):
            client.crm.download(7, tmp_path)
    stub.script = [reply(rows), reply([{"id": 5, "datas": False}])]
    assert client.crm.download(7, tmp_path) == []
    assert list(tmp_path.iterdir()) == []
