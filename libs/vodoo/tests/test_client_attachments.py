# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files of records: attached, read and saved."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from vodoo import RecordNotFoundError


@pytest.fixture
def task(client: Any) -> int:
    project_id = client.generic.create("project.project", {"name": "Engine"})
    return client.tasks.create("Punch cards", project_id, "**bold** plan")


def test_attached_files_are_listed_and_read_back(
    client: Any, task: int, tmp_path: Path
) -> None:
    file = tmp_path / "plan.txt"
    file.write_bytes(b"one\x00two")
    first = client.tasks.attach(task, file)
    second = client.tasks.attach(task, data=b"three", name="plan.txt")
    listed = client.tasks.attachments(task)
    assert [(a["id"], a["name"], a["file_size"]) for a in listed] == [
        (first, "plan.txt", 7),
        (second, "plan.txt", 5),
    ]
    assert client.tasks.attachment_data(first) == b"one\x00two"
    assert client.tasks.all_attachment_data(task) == [
        (first, "plan.txt", b"one\x00two"),
        (second, "plan.txt", b"three"),
    ]
    for wrong in ({}, {"file_path": file, "data": b"x"}, {"data": b"nameless"}):
        with pytest.raises(ValueError):
            client.tasks.attach(task, **wrong)
    with pytest.raises(FileNotFoundError):
        client.tasks.attach(task, tmp_path / "nowhere")
    with pytest.raises(RecordNotFoundError):
        client.tasks.attachment_data(99999999)


def test_downloads_stay_in_the_directory_and_overwrite_nothing(
    client: Any, task: int, tmp_path: Path
) -> None:
    folder = tmp_path / "in" / "here"
    names = [
        "../../escaped.txt",
        "/etc/absolute.txt",
        "same.txt",
        "same.txt",
        "..",
        "x.pdf",
    ]
    for name in names:
        client.generic.create(
            "ir.attachment",
            {
                "name": name,
                "datas": base64.b64encode(name.encode()).decode(),
                "res_model": "project.task",
                "res_id": task,
            },
        )
    paths = client.tasks.download(task, folder)
    assert sorted(path.name for path in paths) == [
        "absolute.txt",
        "attachment",
        "escaped.txt",
        "same (2).txt",
        "same.txt",
        "x.pdf",
    ]
    assert sorted(tmp_path.rglob("*")) == sorted([folder.parent, folder, *paths])
    again = client.tasks.download(task, folder, extension="pdf")
    assert [path.name for path in again] == ["x (2).pdf"]


def test_contents_are_read_in_few_requests(client: Any, task: int) -> None:
    for number in range(5):
        client.tasks.attach(task, data=b"x", name=f"{number}.txt")
    calls = []
    wrapped = getattr(client, "_wrapped", client)
    transport = wrapped.transport
    original = transport._call
    transport._call = lambda call: calls.append(call) or original(call)
    try:
        assert len(client.tasks.all_attachment_data(task)) == 5
    finally:
        del transport._call
    assert len(calls) == 2
